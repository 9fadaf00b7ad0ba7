//! Tests of stacks as browsers and languages write them.

use proptest::prelude::*;

use super::*;

#[test]
fn the_uppermost_own_frame_is_found_in_every_form() {
    for (stack, wanted) in [
        (
            "TypeError: x is undefined\n    at renderWithHooks (/assets/vendor.js:2011:9)\n    \
             at QuestMap (https://app.example/assets/app.3f2a9c1b.js?v=2:812:17)\n    at Page (/assets/app.js:1:2)",
            "QuestMap (/assets/app.js)",
        ),
        (
            "Error: no\n    at async Promise.all (index 0)\n    at async load (file:///srv/app/load.mjs:44:11)",
            "load (/srv/app/load.mjs)",
        ),
        (
            "Error\n    at new Quest (/srv/node_modules/q/q.js:1:1)\n    at node:internal/modules:1:2\n    \
             at /srv/app/main.js:7:3\n    at Object.<anonymous> (/srv/a.js:3:4)",
            "/srv/app/main.js:7",
        ),
        (
            "steps@https://app.example/assets/index-DiwrgTda.js:10:5\n@https://app.example/assets/app.js:1:1",
            "steps (/assets/index.js)",
        ),
        (
            "@https://app.example/assets/dashboard-settings.js:9:1",
            "/assets/dashboard-settings.js:9",
        ),
        (
            "Traceback (most recent call last):\n  File \"/app/main.py\", line 3, in <module>\n    run()\n  \
             File \"/app/views.py\", line 10, in get\n    return f()\n  \
             File \"/usr/lib/python3.12/site-packages/x/y.py\", line 9, in f\nValueError: no",
            "get (/app/views.py)",
        ),
        ("    at Object.<anonymous> (/srv/a.js:3:4)", "/srv/a.js:3"),
        ("  File \"/app/main.py\", line 3, in <module>", "/app/main.py:3"),
        (
            "thread 'main' panicked at src/x.rs:1:1:\nno\nstack backtrace:\n   0: rust_begin_unwind\n             \
             at /rustc/abc/library/std/src/panicking.rs:652:5\n   1: core::panicking::panic_fmt\n   \
             2: <alloc::boxed::Box<F> as core::ops::FnOnce>::call_once\n   3: school::quests::open::h0123456789abcdef\n             at ./src/quests.rs:10:5",
            "school::quests::open (./src/quests.rs)",
        ),
        ("   4:     0x55d0c0ffee - school::main::h0123456789abcdef", "school::main"),
        (
            "java.lang.IllegalStateException: no\n\tat java.base/java.util.Optional.get(Optional.java:143)\n\t\
             at org.springframework.web.Foo.bar(Foo.java:1)\n\tat com.example.Quests.open(Quests.java:10)\n\t... 12 more",
            "com.example.Quests.open (Quests.java)",
        ),
        // Folders in parentheses, as Next names groups of routes, and with blanks.
        (
            "Error: no\n    at CartPage (https://s.example/_next/static/chunks/app/(shop)/cart/page-1a2b3c4d.js:1:2)\n    \
             at render (https://s.example/_next/static/chunks/framework.js:1:1)",
            "CartPage (/_next/static/chunks/app/(shop)/cart/page.js)",
        ),
        (
            "Error: no\n    at Checkout (https://s.example/_next/static/chunks/app/(shop)/checkout/page-1a2b3c4d.js:1:2)\n    \
             at render (https://s.example/_next/static/chunks/framework.js:1:1)",
            "Checkout (/_next/static/chunks/app/(shop)/checkout/page.js)",
        ),
        (
            "Error: no\n    at One (webpack-internal:///(rsc)/./app/one/page.tsx:10:5)",
            "One (/(rsc)/./app/one/page.tsx)",
        ),
        (
            "Error: no\n    at load (C:\\Program Files\\app\\load.js:4:1)",
            "load (C:\\Program Files\\app\\load.js)",
        ),
        ("Error: no\n    at /srv/My App/(x)/main.js:7:3", "/srv/My App/(x)/main.js:7"),
        (
            "Error: no\n    at Quest (http://localhost:5173/src/Quest.tsx?t=1712:9:3)\n    \
             at http://localhost:5173/node_modules/.vite/deps/react.js?v=1:1:1",
            "Quest (/src/Quest.tsx)",
        ),
        (
            "t@https://app.example/assets/vendors~main.js:1:1\nsave@https://app.example/assets/app.js:2:2",
            "save (/assets/app.js)",
        ),
        // A folder of this name is the application's own in Python.
        (
            "Traceback (most recent call last):\n  File \"/app/shop/vendors/views.py\", line 10, in pay\n    x()",
            "pay (/app/shop/vendors/views.py)",
        ),
        (
            "java.lang.IllegalStateException: no\n\tat kotlin.collections.CollectionsKt.first(Collections.kt:1)\n\t\
             at com.example.QuestsKt.open(Quests.kt:10)\n\tat java.base/java.lang.Thread.run(Unknown Source)",
            "com.example.QuestsKt.open (Quests.kt)",
        ),
        (
            "System.NullReferenceException: no\n   at System.Linq.Enumerable.First[T](IEnumerable`1 source)\n   \
             at School.Quests.Open(String id, Int32 n) in C:\\src\\My School\\Quests.cs:line 42\n   at School.Program.Main()",
            "School.Quests.Open (C:\\src\\My School\\Quests.cs)",
        ),
        ("   at School.Quests.<Open>d__3.MoveNext()", "School.Quests.<Open>d__3.MoveNext"),
        (
            "#0 /var/www/vendor/laravel/framework/src/X.php(10): call_user_func(Object(Closure))\n\
             #1 /var/www/app/Quests.php(42): App\\Quests->open('q1', Array)\n#2 {main}",
            "App\\Quests->open (/var/www/app/Quests.php)",
        ),
        (
            "/usr/lib/ruby/3.1.0/net/http.rb:987:in 'initialize': no (SocketError)\n\t\
             from /app/models/quest.rb:42:in 'Quest#open'\n\tfrom /app/main.rb:3:in '<main>'",
            "Quest#open (/app/models/quest.rb)",
        ),
        ("app/models/quest.rb:42:in `open'", "open (app/models/quest.rb)"),
        (
            "panic: no\n\ngoroutine 1 [running]:\npanic({0x1, 0x2})\n\t/usr/local/go/src/runtime/panic.go:884 +0x212\n\
             example.com/school/quests.(*Quest).Open(0xc000012345)\n\t/app/quests/quest.go:42 +0x1d\nmain.main()\n\t/app/main.go:9 +0x2",
            "example.com/school/quests.(*Quest).Open (/app/quests/quest.go)",
        ),
    ] {
        assert_eq!(top(stack).as_deref(), Some(wanted), "{stack}");
    }
}

#[test]
fn where_no_frame_is_the_application_s_own_there_is_none() {
    for stack in [
        "",
        "TypeError: Cannot read properties",
        "Error\n    at <anonymous>:1:2",
        "Error\n    at f (/srv/node_modules/q/q.js:1:1)",
        "  File \"<frozen importlib>\", line 3, in f",
        "   0: std::panicking::begin",
        "\tat java.lang.Thread.run(Thread.java:1)",
    ] {
        assert_eq!(top(stack), None, "{stack}");
    }
}

proptest! {
    #[test]
    fn lines_and_columns_do_not_matter(line in 1_u32..99_999, column in 1_u32..99_999) {
        let stack = format!("Error\n    at open (https://a.example/app.js:{line}:{column})");
        prop_assert_eq!(top(&stack), Some("open (/app.js)".to_owned()));
        let stack = format!("  File \"/app/v.py\", line {line}, in get\n    x = {column}");
        prop_assert_eq!(top(&stack), Some("get (/app/v.py)".to_owned()));
    }

    #[test]
    fn any_text_is_read_and_the_frame_is_short(stack in "(?s).{0,400}") {
        let frame = top(&stack).unwrap_or_default();
        prop_assert!(frame.chars().count() <= LONGEST);
    }
}
