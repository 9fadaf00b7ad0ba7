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
