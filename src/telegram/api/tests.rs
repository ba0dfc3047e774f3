//! The HTTP client against a proxy or server that is played here.

use teloxide::payloads::{DeleteWebhook, GetMe};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;

/// `name:pass!word`, as HTTP has it in a header.
const AUTHORIZATION: &str = "proxy-authorization: basic bmftztpwyxnzixdvcmq=\r\n";

/// Calls `getMe` at a server through a proxy that gives this answer; what the proxy was asked, and what came of it.
async fn through_a_proxy(server: &str, answer: Vec<u8>) -> (String, Result<ApiResponse, HttpError>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("it works");
    let proxy = format!("http://name:pass%21word@{}", listener.local_addr().expect("it works"));
    let bot = teloxide::Bot::with_client("1:secret", client(Some(&proxy)).expect("it works"));
    let api = Api { bot: bot.set_api_url(web_address(server).expect("it works")) };
    let asked = async {
        let (mut stream, _) = listener.accept().await.expect("it works");
        let mut asked = vec![0; 4_096];
        let length = stream.read(&mut asked).await.expect("it works");
        // Who asked may have heard enough before the end.
        let _ = stream.write_all(&answer).await;
        asked.truncate(length);
        String::from_utf8(asked).expect("it works").to_ascii_lowercase()
    };
    let get_me = GetMe::new();
    tokio::join!(asked, api.post(&get_me))
}

#[tokio::test]
async fn a_proxy_reads_whole_addresses_and_a_redirect_is_not_followed() {
    let answer = b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:9/\r\ncontent-length: 4\r\n\r\ntrue".to_vec();
    let (asked, answer) = through_a_proxy("http://telegram.invalid", answer).await;
    assert!(asked.starts_with("post http://telegram.invalid/bot1:secret/getme http/1.1\r\n"), "{asked}");
    assert!(asked.contains(AUTHORIZATION) && asked.contains("host: telegram.invalid\r\n"), "{asked}");
    let answer = answer.expect("it works");
    assert_eq!((answer.status, &answer.body[..]), (302, &b"true"[..]));
}

#[tokio::test]
async fn a_proxy_that_lets_tls_pass_learns_no_token() {
    let answer = b"HTTP/1.1 407 Who are you\r\n\r\n".to_vec();
    let (asked, answer) = through_a_proxy("https://telegram.invalid", answer).await;
    assert!(asked.starts_with("connect telegram.invalid:443 http/1.1\r\n"), "{asked}");
    assert!(asked.contains(AUTHORIZATION) && !asked.contains("secret"), "{asked}");
    let error = answer.err().expect("it fails");
    assert!(!format!("{error:?} {error}").contains("secret"), "{error:?}");
}

#[tokio::test]
async fn a_failure_of_the_network_shows_no_token() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("it works");
    let address = format!("http://{}", listener.local_addr().expect("it works"));
    drop(listener);
    let api = Api::new(&Token::new("1:secret").expect("it works"), Some(&address), None).expect("it works");
    let error = api.post(&GetMe::new()).await.err().expect("it fails");
    assert!(!format!("{error:?} {error}").contains("secret"), "{error:?}");
    assert!(ApiError::from(error).to_string().contains("refused"));
}

#[tokio::test]
async fn an_answer_without_end_is_refused() {
    let mut answer = b"HTTP/1.1 200 OK\r\n\r\n".to_vec();
    answer.resize(ANSWER_MAX + 100, b' ');
    let (_, answer) = through_a_proxy("http://telegram.invalid", answer).await;
    assert!(matches!(answer, Err(HttpError::TooLong)));
}

#[test]
fn methods_are_written_as_the_bot_api_writes_them() {
    assert_eq!((method_name::<GetMe>(), method_name::<DeleteWebhook>()), ("getMe", "deleteWebhook"));
    let token = Token::new("1:secret").expect("it works");
    for (server, address) in [
        ("https://bot.example", "https://bot.example/bot1:secret/getMe"),
        ("http://bot.example:81/api/", "http://bot.example:81/api/bot1:secret/getMe"),
    ] {
        let api = Api::new(&token, Some(server), None).expect("it works");
        assert_eq!(api.address(method_name::<GetMe>()).as_str(), address);
    }
}
