//! Arguments and environment of the real binary: blank variables, invalid values, and what help keeps to itself.

use std::collections::BTreeSet;
use std::process::{Command, Output};

use clap::CommandFactory;
use palabre::cli::arguments::Arguments;

use crate::support::bot::Process;
use fake_bot_api::{Fake, TOKEN};

const BINARY: &str = env!("CARGO_BIN_EXE_palabre");

/// The variables of all arguments.
fn variables() -> BTreeSet<String> {
    let command = Arguments::command();
    let commands = command.get_subcommands().flat_map(clap::Command::get_arguments);
    commands.filter_map(|argument| Some(argument.get_env()?.to_str().unwrap().to_owned())).collect()
}

/// Runs the binary to its end, with these variables alone.
fn palabre(arguments: &[&str], env: &[(&str, &str)]) -> Output {
    Command::new(BINARY).args(arguments).env_clear().envs(env.iter().copied()).output().unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

#[test]
fn a_blank_variable_counts_as_unset() {
    let token_file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(token_file.path(), TOKEN).unwrap();
    let token_file = token_file.path().to_str().unwrap();
    let variables = variables();
    assert!(variables.len() >= 13, "{variables:?}");
    for (variable, blank) in variables.iter().flat_map(|variable| [(variable, ""), (variable, " ")]) {
        let mut env = vec![(variable.as_str(), blank)];
        let mut expected = "answers as";
        match variable.as_str() {
            "TELOXIDE_TOKEN" => env.push(("TELOXIDE_TOKEN_FILE", token_file)),
            // The next server is Telegram's own: a proxy that does not exist keeps it away from there.
            "TELOXIDE_API_URL" => {
                env.push(("TELOXIDE_PROXY", "http://127.0.0.1:1"));
                expected = "cannot be reached";
            }
            _ => {}
        }
        let fake = Fake::start();
        Process::start_with(BINARY, &fake, &[], &env).wait_log(expected);
    }
}

#[test]
fn the_readme_lists_every_variable() {
    let readme = include_str!("../README.md");
    for variable in variables() {
        assert!(readme.contains(&format!("| `{variable}` |")), "{variable}");
    }
}

#[test]
fn an_invalid_value_is_one_clear_line_that_does_not_repeat_it() {
    let invalid = [
        ("PALABRE_WEBHOOK_URL", "ftp://s3cret", "is not an address, as https://"),
        ("PALABRE_WEBHOOK_URL", "https://bot.example/s3cret?q", "is not an address, as https://"),
        ("PALABRE_WEBHOOK_URL", "https://bot.example/gaps", "the webhook's path cannot be /gaps"),
        ("PALABRE_LISTEN", "s3cret:80", "is not an address and a port"),
        ("PALABRE_WEBHOOK_MAX_CONNECTIONS", "101", "is not a number from 1 to 100"),
        ("PALABRE_WEBHOOK_MAX_CONNECTIONS", "0", "is not a number from 1 to 100"),
        ("PALABRE_MAX_PER_SECOND", "0", "is not a number from 1 on"),
        ("PALABRE_ANSWER_IN_RESPONSE", "s3cret", "is neither `on` nor `off`"),
        ("PALABRE_GAPS", "yes", "is neither `on` nor `off`"),
        ("TELOXIDE_API_URL", "s3cret", "is not an address, as https://api.telegram.org"),
        ("TELOXIDE_PROXY", "s3cret", "is not an address, as http://proxy"),
        ("TELOXIDE_TOKEN_FILE", "/nowhere/token", "cannot be read"),
    ];
    for (variable, value, sentence) in invalid {
        let token = if variable == "TELOXIDE_TOKEN_FILE" { "" } else { TOKEN };
        let output = palabre(&["run"], &[("TELOXIDE_TOKEN", token), (variable, value)]);
        let error = text(&output.stderr);
        assert_eq!((output.status.code(), error.lines().count()), (Some(1), 1), "{variable}={value}: {error}");
        assert!(error.starts_with("palabre: ") && error.contains(sentence), "{variable}={value}: {error}");
        assert!(!error.contains("s3cret"), "{error}");
    }
}

#[test]
fn a_setting_is_an_argument_too() {
    let fake = Fake::start();
    let process = Process::start_with(BINARY, &fake, &["--listen", "127.0.0.1:0", "--log", "info"], &[]);
    process.wait_log("health and metrics are on 127.0.0.1:");
    let output = palabre(&["run", "--listen", "here"], &[("TELOXIDE_TOKEN", TOKEN)]);
    assert!(text(&output.stderr).contains("PALABRE_LISTEN is not an address"), "{output:?}");
}

#[test]
fn a_token_on_the_command_line_is_refused() {
    for command in ["run", "doctor"] {
        let output = palabre(&[command, "--token", TOKEN], &[]);
        let error = text(&output.stderr);
        assert_eq!((output.status.code(), error.lines().count()), (Some(1), 1), "{error}");
        assert!(error.contains("TELOXIDE_TOKEN_FILE") && !error.contains(TOKEN), "{error}");
    }
}

#[test]
fn help_lists_the_variables_and_no_secret() {
    let secret = |variable: &str| format!("https://{}.example/s3cret", variable.to_lowercase().replace('_', "-"));
    let names = ["TELOXIDE_TOKEN", "TELOXIDE_API_URL", "TELOXIDE_PROXY", "PALABRE_WEBHOOK_URL"];
    let values = names.map(secret);
    let env: Vec<(&str, &str)> = names.iter().copied().zip(values.iter().map(String::as_str)).collect();
    for help in ["-h", "--help"] {
        let output = palabre(&["run", help], &env);
        let text = text(&output.stdout);
        for variable in variables().iter().map(String::as_str).chain(["HTTPS_PROXY", "NO_PROXY"]) {
            assert!(text.contains(variable), "{variable} is not in {text}");
        }
        assert!(!text.contains("s3cret"), "{text}");
    }
}

#[test]
fn help_speaks_the_language_of_the_system_or_the_one_that_is_asked_for() {
    let french = [("LC_ALL", "fr_ML.UTF-8")];
    let commands = Arguments::command();
    for command in commands.get_subcommands().map(clap::Command::get_name) {
        for flag in ["-h", "--help"] {
            let output = palabre(&[command, flag], &french);
            assert_eq!(output.status.code(), Some(0), "{command}");
            let help = text(&output.stdout);
            assert!(help.contains("Utilisation\u{a0}:") && help.contains("Afficher l'aide"), "{help}");
            assert!(!help.contains(" the ") && !help.contains("Print "), "{help}");
        }
    }
    for (arguments, env, is_french) in [
        (&["check", "--help", "--lang", "fr"][..], &[][..], true),
        (&["--help"], &french, true),
        (&["doctor", "--lang=en", "-h"], &french, false),
        (&["check", "--help"], &[("LC_ALL", "C.UTF-8")], false),
        (&["check", "--help"], &[("LANGUAGE", "bm:fr:en"), ("LANG", "en_GB.UTF-8")], true),
    ] {
        let output = palabre(arguments, env);
        assert_eq!(text(&output.stdout).contains("Afficher l'aide"), is_french, "{arguments:?} {env:?}");
    }
}

#[test]
fn schemas_are_set_up_beside_a_content_and_no_settings_are_lost() {
    let directory = tempfile::tempdir().unwrap();
    let content = directory.path().to_str().unwrap();
    let settings = directory.path().join(".taplo.toml");
    for _ in 0..2 {
        assert_eq!(palabre(&["schema", "--out", content], &[]).status.code(), Some(0));
    }
    let written = std::fs::read_to_string(&settings).unwrap();
    for name in ["palabre", "sections", "interface", "search", "tests"] {
        assert!(written.contains(&format!(".schemas/{name}.json")), "{written}");
        let file = std::fs::read_to_string(directory.path().join(format!(".schemas/{name}.json"))).unwrap();
        let printed = palabre(&["schema", name], &[]);
        assert_eq!(file, text(&printed.stdout));
        assert!(serde_json::from_str::<serde_json::Value>(&file).unwrap()["$schema"].is_string(), "{name}");
    }
    std::fs::write(&settings, "[formatting]\n").unwrap();
    assert_eq!(palabre(&["schema", "--out", content], &[]).status.code(), Some(0));
    assert_eq!(std::fs::read_to_string(&settings).unwrap(), "[formatting]\n");
    let output = palabre(&["schema"], &[]);
    assert_eq!(output.status.code(), Some(2), "of which file?");
}
