// SPDX-License-Identifier: GPL-2.0-only
//! The page of `mmdiff report`, in a browser: it opens without a complaint, its table can be searched,
//! sorted and unfolded, by keyboard too, and it can be read in light, in dark and aloud.
//!
//! With Debian's `chromium` and `chromium-driver`, spoken to in WebDriver. `MMDIFF_SCREENSHOTS` names
//! a folder to put pictures into.

use libtest_mimic::{Arguments, Failed, Trial};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::LazyLock;
use tempfile::TempDir;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let is_there = |program: &str| Command::new(program).arg("--version").output().is_ok();
    let no_browser = !is_there("chromium") || !is_there("chromedriver");
    type Test = fn(&Browser) -> Result<(), Failed>;
    let tests: [(&str, Test); 6] = [
        ("the_table_can_be_searched", searches),
        ("the_table_can_be_sorted", sorts),
        ("a_divergence_unfolds", unfolds),
        ("everything_has_a_name_that_is_read_aloud", has_names),
        ("no_picture_is_wider_than_its_box", fits),
        ("text_stands_out_from_what_is_behind_it", contrasts),
    ];
    let mut trials = Vec::new();
    for scheme in ["light", "dark"] {
        for (name, test) in tests {
            let trial = Trial::test(format!("{name}_{scheme}"), move || {
                let browser = Browser::open(scheme)?;
                test(&browser)?;
                browser.shoot(&format!("{name}_{scheme}"))?;
                browser.complains_of_nothing()
            });
            let trial = if no_browser { trial.with_kind("needs chromium") } else { trial };
            trials.push(trial.with_ignored_flag(no_browser));
        }
    }
    trials.push(Trial::test("the_page_asks_for_nothing_else", asks_for_nothing));
    trials.push(Trial::test("a_place_that_cannot_be_written_is_said_first", cannot_be_written));
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// The page, made once.
static PAGE: LazyLock<(TempDir, PathBuf)> = LazyLock::new(|| {
    let root = tempfile::tempdir().expect("a folder");
    let file = root.path().join("report.html");
    let paths = ["flags", "creation", "errors", "truncation", "migration", "lifecycle"];
    let paths = paths.iter().flat_map(|path| ["--path", path]);
    let output = Command::new(env!("CARGO_BIN_EXE_mmdiff"))
        .args(["report", "--cases", "50", "--folios", "0"])
        .args(paths)
        .arg("--out")
        .arg(&file)
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
        .output()
        .expect("the command runs");
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    (root, file)
});

fn asks_for_nothing() -> Result<(), Failed> {
    let text = std::fs::read_to_string(&PAGE.1)?;
    for asking in ["src=", "url(http", "@import", "<link", "fetch(", "href=\"http"] {
        assert!(!text.contains(asking), "{asking}");
    }
    assert!(text.contains("default-src 'none'"));
    Ok(())
}

fn cannot_be_written() -> Result<(), Failed> {
    let root = tempfile::tempdir()?;
    let out = root.path().join("none/report.html");
    let output = Command::new(env!("CARGO_BIN_EXE_mmdiff"))
        .args(["report", "--cases", "1000000000", "--out"])
        .arg(&out)
        .output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(said.contains("report.html"), "{said}");
    Ok(())
}

/// A browser with the page open.
struct Browser {
    driver: Child,
    session: String,
    _profile: TempDir,
}

impl Browser {
    fn open(scheme: &str) -> Result<Browser, Failed> {
        let mut driver =
            Command::new("chromedriver").arg("--port=0").stdout(Stdio::piped()).spawn()?;
        let lines = BufReader::new(driver.stdout.take().ok_or("no output")?).lines();
        let port = lines.map_while(Result::ok).find_map(|line| {
            let (_, rest) = line.split_once("successfully on port ")?;
            Some(rest.trim_end_matches('.').to_string())
        });
        let port = port.ok_or("the driver names no port")?;
        let profile = tempfile::tempdir()?;
        let mut browser = Browser {
            driver,
            session: format!("http://127.0.0.1:{port}/session"),
            _profile: profile,
        };
        let mut args: Vec<String> = [
            "headless",
            "no-sandbox",
            "disable-gpu",
            "disable-quic",
            "no-first-run",
            "disable-background-networking",
            "disable-component-update",
            "disable-sync",
            "hide-scrollbars",
            "window-size=1400,1800",
        ]
        .map(Into::into)
        .into();
        args.push(format!("user-data-dir={}", browser._profile.path().display()));
        let capabilities = json!({ "capabilities": { "alwaysMatch": {
            "browserName": "chrome",
            "goog:loggingPrefs": { "browser": "ALL" },
            "goog:chromeOptions": { "args": args },
        } } });
        let made = browser.post("", &capabilities)?;
        let id = made["sessionId"].as_str().ok_or("no session")?;
        browser.session = format!("{}/{id}", browser.session);
        let feature = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
        browser.post(
            "/goog/cdp/execute",
            &json!({ "cmd": "Emulation.setEmulatedMedia", "params": { "features": feature } }),
        )?;
        browser.post("/url", &json!({ "url": format!("file://{}", PAGE.1.display()) }))?;
        Ok(browser)
    }

    fn post(&self, path: &str, body: &Value) -> Result<Value, Failed> {
        let agent: ureq::Agent =
            ureq::Agent::config_builder().http_status_as_error(false).build().into();
        let mut response = agent.post(format!("{}{path}", self.session)).send_json(body)?;
        let answer: Value = response.body_mut().read_json()?;
        match response.status().is_success() {
            true => Ok(answer["value"].clone()),
            false => Err(answer.to_string().into()),
        }
    }

    /// What the script returns.
    fn script(&self, script: &str) -> Result<Value, Failed> {
        self.post("/execute/sync", &json!({ "script": script, "args": [] }))
    }

    /// Types, to whatever has the focus.
    fn keys(&self, keys: &str) -> Result<(), Failed> {
        let press = |key: char| {
            let value = key.to_string();
            [
                json!({ "type": "keyDown", "value": value }),
                json!({ "type": "keyUp", "value": value }),
            ]
        };
        let actions: Vec<Value> = keys.chars().flat_map(press).collect();
        let actions = json!([{ "type": "key", "id": "keyboard", "actions": actions }]);
        self.post("/actions", &json!({ "actions": actions })).map(drop)
    }

    /// Puts a picture of the window where somebody wants to look at it.
    fn shoot(&self, name: &str) -> Result<(), Failed> {
        let Some(folder) = std::env::var_os("MMDIFF_SCREENSHOTS") else {
            return Ok(());
        };
        let shot = self
            .post("/goog/cdp/execute", &json!({ "cmd": "Page.captureScreenshot", "params": {} }))?;
        let bytes = decode(shot["data"].as_str().ok_or("no picture")?);
        Ok(std::fs::write(Path::new(&folder).join(format!("{name}.png")), bytes)?)
    }

    fn complains_of_nothing(&self) -> Result<(), Failed> {
        let log = self.post("/se/log", &json!({ "type": "browser" }))?;
        assert_eq!(log, json!([]));
        Ok(())
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // The driver ends its browser when the session ends.
        let _ = ureq::delete(&self.session).call();
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

/// Base 64.
fn decode(text: &str) -> Vec<u8> {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digit = |byte| DIGITS.iter().position(|&known| known == byte);
    let (mut bytes, mut held, mut bits) = (Vec::new(), 0usize, 0);
    for digit in text.bytes().filter_map(digit) {
        (held, bits) = (held << 6 | digit, bits + 6);
        if bits >= 8 {
            bits -= 8;
            bytes.push((held >> bits) as u8);
        }
    }
    bytes
}

const SHOWN: &str = "[...document.querySelectorAll('#classes tbody.class')].filter(b => !b.hidden)";

fn searches(browser: &Browser) -> Result<(), Failed> {
    let count = |browser: &Browser| browser.script(&format!("return {SHOWN}.length"));
    let all = count(browser)?.as_u64().ok_or("no count")?;
    browser.script("document.getElementById('filter').focus()")?;
    browser.keys("ramfs mask-read")?;
    let found = count(browser)?.as_u64().ok_or("no count")?;
    assert!(0 < found && found < all, "{found} of {all}");
    let every = format!("return {SHOWN}.every(b => b.textContent.includes('ramfs'))");
    assert_eq!(browser.script(&every)?, true);
    let said = browser.script("return document.getElementById('count').value")?;
    assert_eq!(said, format!("{found} of {all}"));
    browser.keys(" and nothing else")?;
    assert_eq!(count(browser)?, 0);
    assert_eq!(browser.script("return document.getElementById('nothing').hidden")?, false);
    browser.script(
        "const f = document.getElementById('filter'); f.value = 'truncation'; \
         f.dispatchEvent(new Event('input'))",
    )?;
    assert!(count(browser)?.as_u64() > Some(found));
    Ok(())
}

/// A number column, descending first; a text column, ascending first; and the other way round.
fn sorts(browser: &Browser) -> Result<(), Failed> {
    for (column, first, compare) in [(7, "descending", "Number"), (1, "ascending", "String")] {
        let head = format!("document.querySelector('#classes thead').rows[0].cells[{column}]");
        browser.script(&format!("{head}.querySelector('button').focus()"))?;
        for turn in [first, if first == "ascending" { "descending" } else { "ascending" }] {
            browser.keys("\u{e007}")?;
            assert_eq!(browser.script(&format!("return {head}.getAttribute('aria-sort')"))?, turn);
            let sorted = format!(
                "const v = {SHOWN}.map(b => b.querySelector('tr.row').cells[{column}]) \
                 .map(c => {compare}(c.dataset.value ?? c.textContent.trim().toLowerCase())); \
                 const up = '{turn}' === 'ascending'; \
                 return v.length > 5 && v.every((x, i) => !i || (up ? v[i-1] <= x : v[i-1] >= x))"
            );
            assert_eq!(browser.script(&sorted)?, true, "column {column}, {turn}");
        }
        let others =
            "return document.querySelectorAll('th[aria-sort]:not([aria-sort=none])').length";
        assert_eq!(browser.script(others)?, 1);
    }
    Ok(())
}

fn unfolds(browser: &Browser) -> Result<(), Failed> {
    let open = "return [...document.querySelectorAll('tr.detail')].filter(r => !r.hidden).length";
    assert_eq!(browser.script(open)?, 0, "all are folded at first");
    browser.script(
        "document.querySelector('tr[data-signature*=\"mask-read:ramfs\"] button.unfold').focus()",
    )?;
    browser.keys(" ")?;
    assert_eq!(browser.script(open)?, 1);
    assert_eq!(browser.script("return document.activeElement.ariaExpanded")?, "true");
    let both = "const r = [...document.querySelectorAll('tr.detail')].find(r => !r.hidden); \
                r.scrollIntoView(); const t = r.querySelectorAll('.traces tr.differs'); \
                return [...t].map(t => t.innerText).join('\\n')";
    let differs = browser.script(both)?;
    let differs = differs.as_str().ok_or("no text")?;
    assert!(differs.contains("flags_and(") && differs.contains("test_bit("), "{differs}");
    assert!(differs.contains("folio_zero_range("), "{differs}");
    browser.shoot(&format!(
        "unfolded_{}",
        browser
            .script("return matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'")?
            .as_str()
            .unwrap_or("")
    ))?;
    browser.keys(" ")?;
    assert_eq!(browser.script(open)?, 0);
    browser.script("document.getElementById('diagrams').scrollIntoView()")?;
    Ok(())
}

/// Regions, fields, buttons and pictures have names; what they refer to is there, and once.
fn has_names(browser: &Browser) -> Result<(), Failed> {
    let nameless = "return [...document.querySelectorAll('button, [role=region], [role=img], summary, th')] \
        .filter(e => !(e.ariaLabel || e.textContent.trim() || e.getAttribute('aria-labelledby'))) \
        .map(e => e.outerHTML.slice(0, 100))";
    assert_eq!(browser.script(nameless)?, json!([]));
    let dangling = "return ['aria-controls', 'aria-labelledby', 'for'] \
        .flatMap(a => [...document.querySelectorAll(`[${a}]`)].flatMap(e => e.getAttribute(a).split(' '))) \
        .concat([...document.querySelectorAll('a[href^=\"#\"]')].map(e => e.getAttribute('href').slice(1))) \
        .filter(id => !document.getElementById(id))";
    assert_eq!(browser.script(dangling)?, json!([]));
    let twice = "const ids = [...document.querySelectorAll('[id]')].map(e => e.id); \
        return ids.filter((id, i) => ids.indexOf(id) !== i)";
    assert_eq!(browser.script(twice)?, json!([]));
    let lost = "return [...document.querySelectorAll('table')].filter(t => !t.caption) \
        .concat([...document.querySelectorAll('tbody tr.row')].filter(r => r.cells[0].scope !== 'row')) \
        .concat([...document.querySelectorAll('[role=img] a')]).map(e => e.outerHTML.slice(0, 100))";
    assert_eq!(
        browser.script(lost)?,
        json!([]),
        "captions, heads of rows, links that are not read"
    );
    let words = "return [...document.querySelectorAll('.picture')] \
        .filter(p => p.querySelectorAll('g.node').length !== p.querySelectorAll('.words > ol > li').length).length";
    assert_eq!(browser.script(words)?, 0, "every picture is there in words");
    let levels = "return [...document.querySelectorAll('h1')].length";
    assert_eq!(browser.script(levels)?, 1);
    browser.script("document.getElementById('coverage').scrollIntoView()")?;
    Ok(())
}

/// The window is 1400 wide: nothing has to be scrolled sideways.
fn fits(browser: &Browser) -> Result<(), Failed> {
    let wide = "document.querySelectorAll('details').forEach(d => d.open = true); \
        const boxes = [...document.querySelectorAll('.scroll'), document.documentElement]; \
        return [boxes.length, boxes.filter(b => b.scrollWidth > b.clientWidth) \
            .map(b => b.ariaLabel ?? b.tagName)]";
    let found = browser.script(wide)?;
    assert!(found[0].as_u64() > Some(20), "{found}");
    assert_eq!(found[1], json!([]));
    browser
        .script("document.querySelector('.diagram .way').closest('.picture').scrollIntoView()")?;
    Ok(())
}

/// WCAG's contrast of 4.5 to 1, of all text that is shown.
fn contrasts(browser: &Browser) -> Result<(), Failed> {
    let weak = "document.querySelectorAll('details').forEach(d => d.open = true); \
        const rgb = c => c.match(/[\\d.]+/g).map(Number); \
        const light = c => { const [r, g, b] = rgb(c).map(v => v / 255) \
            .map(v => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4); \
            return .2126 * r + .7152 * g + .0722 * b; }; \
        const behind = e => { for (; e; e = e.parentElement) { const s = getComputedStyle(e); \
            const node = e.matches?.('g.node') && e.querySelector('rect'); \
            const c = node ? getComputedStyle(node).fill : s.backgroundColor; \
            if ((rgb(c)[3] ?? 1) > 0) return c; } return 'rgb(255,255,255)'; }; \
        const texts = [...document.querySelectorAll('body *')].filter(e => \
            [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()) && \
            !['SCRIPT', 'STYLE', 'TITLE', 'DESC'].includes(e.tagName.toUpperCase()) && e.getClientRects().length); \
        const weak = texts.map(e => { const s = getComputedStyle(e); \
            const c = e instanceof SVGElement ? s.fill : s.color; \
            const [a, b] = [light(c), light(behind(e))].sort((a, b) => b - a); \
            return [(a + .05) / (b + .05), e.outerHTML.slice(0, 80)]; }).filter(([c]) => c < 4.5); \
        return [texts.length, weak.slice(0, 5)]";
    let found = browser.script(weak)?;
    assert!(found[0].as_u64() > Some(500), "{found}");
    assert_eq!(found[1], json!([]));
    browser.script("document.getElementById('diagrams').scrollIntoView()")?;
    Ok(())
}
