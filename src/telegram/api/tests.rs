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

#[tokio::test]
async fn a_socks_proxy_is_asked_for_the_server_by_its_name() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("it works");
    let proxy = format!("socks5h://{}", listener.local_addr().expect("it works"));
    let bot = teloxide::Bot::with_client("1:secret", client(Some(&proxy)).expect("it works"));
    let api = Api { bot: bot.set_api_url(web_address("http://telegram.invalid").expect("it works")) };
    let proxied = async {
        let (mut stream, _) = listener.accept().await.expect("it works");
        // RFC 1928: the greeting with one method, none; then CONNECT to a name of 16 letters and a port.
        let mut greeting = [0; 3];
        stream.read_exact(&mut greeting).await.expect("it works");
        stream.write_all(&[5, 0]).await.expect("it works");
        let mut request = [0; 4 + 1 + 16 + 2];
        stream.read_exact(&mut request).await.expect("it works");
        stream.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0]).await.expect("it works");
        let mut asked = vec![0; 4_096];
        let length = stream.read(&mut asked).await.expect("it works");
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\ntrue").await.expect("it works");
        (greeting, request, String::from_utf8_lossy(&asked[..length]).into_owned())
    };
    let get_me = GetMe::new();
    let ((greeting, request, asked), answer) = tokio::join!(proxied, api.post(&get_me));
    assert_eq!(
        (greeting, &request[..5], &request[5..]),
        ([5, 1, 0], &[5, 1, 0, 3, 16][..], &b"telegram.invalid\0\x50"[..])
    );
    assert!(asked.starts_with("POST /bot1:secret/getMe HTTP/1.1\r\n"), "{asked}");
    assert_eq!(answer.expect("it works").status, 200);
}
