use super::*;

#[test]
fn reads_the_usual_programs() {
    let agents = UserAgents::default();
    for (agent, device, os, browser) in [
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
            "desktop",
            "Windows",
            "Chrome",
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0",
            "desktop",
            "Windows",
            "Edge",
        ),
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
            "desktop",
            "Linux",
            "Firefox",
        ),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Safari/605.1.15",
            "desktop",
            "macOS",
            "Safari",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1",
            "mobile",
            "iOS",
            "Safari",
        ),
        (
            "Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1",
            "tablet",
            "iOS",
            "Safari",
        ),
        (
            "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36",
            "mobile",
            "Android",
            "Chrome",
        ),
        (
            "Mozilla/5.0 (Linux; Android 13; SM-X700) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36",
            "tablet",
            "Android",
            "Chrome",
        ),
        (
            "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36",
            "desktop",
            "Chrome OS",
            "Chrome",
        ),
    ] {
        let program = agents.parse(agent);
        assert_eq!(program.device, Some(device), "{agent}");
        assert_eq!(program.os.as_deref(), Some(os), "{agent}");
        assert_eq!(program.browser.as_deref(), Some(browser), "{agent}");
    }
}

#[test]
fn knows_programs_that_are_nobody() {
    let agents = UserAgents::default();
    for agent in [
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)",
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/126.0.0.0 Safari/537.36",
        "curl/8.5.0",
        "python-requests/2.31",
    ] {
        assert_eq!(agents.parse(agent).device, Some("bot"), "{agent}");
    }
    assert_eq!(agents.parse(" "), Program::default());
}

#[test]
fn unknown_programs_are_no_desktops_and_a_name_is_no_bot() {
    let agents = UserAgents::default();
    for agent in ["MyApp/1.0", "Abbott/2.1 (Linux)", "libfetch/2.0", "-", "Mozilla/5.0", "Dalvik"] {
        assert_eq!(agents.parse(agent).device, None, "{agent}");
    }
    for agent in ["Googlebot", "AdsBot-Google (+http://x)", "my-bot 1", "some bots", "robots.txt"] {
        assert_eq!(agents.parse(agent).device, Some("bot"), "{agent}");
    }
    let abbott = "Mozilla/5.0 (X11; Linux x86_64) AbbottHealth/1.0 Firefox/128.0";
    assert_eq!(agents.parse(abbott).device, Some("desktop"));
    let cubot = "Mozilla/5.0 (Linux; Android 9; CUBOT X19) Chrome/126.0 Mobile Safari/537.36";
    assert_eq!(agents.parse(cubot).device, Some("mobile"));
}

#[test]
fn what_is_remembered_stays_bounded_and_keeps_what_is_used() {
    let agents = UserAgents::default();
    agents.parse("used");
    for number in 0..10 * REMEMBERED {
        agents.known.insert(number.to_string(), Program::default());
        assert!(agents.known.get("used").is_some());
    }
    assert!(agents.known.len() <= REMEMBERED);
}
