//! HTTP on a thread of its own: requests in, answers out, faults in between.

use std::{
    convert::Infallible,
    net::{Ipv4Addr, SocketAddr},
    panic,
    sync::Arc,
    thread::{self, JoinHandle},
    time::Duration,
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{self, DefaultBodyLimit},
    http::{HeaderMap, StatusCode, Uri, header},
    response::{IntoResponse, Response},
    serve::ListenerExt,
};
use futures_util::stream;
use serde_json::{Map, Value, json};
use tokio::{net::TcpSocket, runtime, sync::oneshot};

use super::{
    TOKEN,
    fault::FaultKind,
    files::Upload,
    methods, multipart, params,
    state::{Answer, Call, Refusal, Shared},
    updates,
};

/// Requests of many chats at once must find room to wait.
const BACKLOG: u32 = 1024;

/// Either holds the port or serves on it.
pub(crate) enum Server {
    /// Bound but not listening: nobody else gets the port, and connections to it are refused.
    Stopped(TcpSocket),
    Running(#[expect(dead_code, reason = "it ends when it is dropped")] Running),
    /// Only between the two.
    Switching,
}

pub(crate) struct Running {
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// A free port, held.
    pub(crate) fn reserve() -> (Server, SocketAddr) {
        let socket = bound(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
        let address = socket.local_addr().expect("a bound socket has an address");
        (Server::Stopped(socket), address)
    }

    /// Does nothing if it runs already.
    pub(crate) fn serve(&mut self, shared: &Arc<Shared>) {
        *self = match std::mem::replace(self, Server::Switching) {
            Server::Stopped(socket) => Server::Running(Running::start(socket, Arc::clone(shared))),
            other => other,
        };
    }

    /// Does nothing if it is stopped already.
    pub(crate) fn stop(&mut self, address: SocketAddr) {
        if let Server::Running(_) = self {
            // The port is held anew before the listener goes, so that nobody else gets it in between.
            *self = Server::Stopped(bound(address));
        }
    }
}

/// `SO_REUSEADDR`, because connections that were just closed would keep the port busy; `SO_REUSEPORT`, because it is
/// held while the listener that is to go still has it.
fn bound(address: SocketAddr) -> TcpSocket {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.set_reuseaddr(true).expect("SO_REUSEADDR is known");
    socket.set_reuseport(true).expect("SO_REUSEPORT is known");
    socket.bind(address).unwrap_or_else(|error| panic!("cannot bind {address}: {error}"));
    socket
}

impl Running {
    /// Returns once connections are accepted.
    fn start(socket: TcpSocket, shared: Arc<Shared>) -> Running {
        let (stop, stopped) = oneshot::channel::<()>();
        let (ready, is_ready) = std::sync::mpsc::channel();
        let serve = async move {
            let listener = socket.listen(BACKLOG).expect("a bound socket can listen");
            // Small answers on connections that are kept: Nagle would add 40 ms to each.
            let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
            ready.send(()).expect("start() waits for it");
            // Files are refused by size where they are looked at.
            let app = Router::new().fallback(handle).layer(DefaultBodyLimit::disable()).with_state(shared);
            tokio::select! {
                _ = axum::serve(listener, app) => {}
                _ = stopped => {}
            }
        };
        let thread = thread::spawn(move || {
            let runtime = runtime::Builder::new_current_thread().enable_all().build();
            // The runtime is dropped here, and with it every connection.
            runtime.expect("a runtime").block_on(serve);
        });
        is_ready.recv().expect("the server starts");
        Running { stop: Some(stop), thread: Some(thread) }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // An error in either means that the thread has ended already, which is what is wanted.
        let _ = self.stop.take().map(|stop| stop.send(()));
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

async fn handle(
    extract::State(shared): extract::State<Arc<Shared>>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let (date, latency) = {
        let state = super::state::lock(&shared.state);
        (state.date, state.latency)
    };
    let travel = || async move {
        if !latency.is_zero() {
            tokio::time::sleep(latency).await;
        }
    };
    travel().await;
    let mut response = respond(shared, uri, headers, body).await;
    travel().await;
    if let Some(date) = date {
        response.headers_mut().insert(header::DATE, header::HeaderValue::from_static(date));
    }
    response
}

async fn respond(shared: Arc<Shared>, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let Some((token, method)) = uri.path().strip_prefix("/bot").and_then(|rest| rest.split_once('/')) else {
        return answer(Err(Refusal::new(404, "Not Found")));
    };
    if token != TOKEN {
        return answer(Err(Refusal::new(401, "Unauthorized")));
    }
    let method = method.to_ascii_lowercase();
    let request = match read_request(&uri, &headers, &body).await {
        Ok(request) => request,
        Err(refusal) => {
            let raw = Value::String(String::from_utf8_lossy(&body).into_owned());
            shared.update(|state| state.report_violation(&method, &refusal.description, &raw));
            return answer(Err(refusal));
        }
    };
    let (fault, cleared) = shared.update(|state| {
        let (now, params) = (state.now(), &request.params);
        if let Some(early) = state.faults.too_early(now, &method, params) {
            let rule = format!("{early:?} before the end of retry_after");
            state.report_violation(&method, &rule, &Value::Object(params.clone()));
        }
        (state.faults.take(now, &method, params), state.faults.cleared)
    });
    let answered = match &fault {
        Some(kind) if !kind.is_carried_out() => shared.update(|state| {
            if method == "getupdates" {
                state.note_poll(updates::poll(&request.params, fault.clone()));
            } else {
                state.note_call(request.into_call(method, Err(kind.refusal()), fault.clone()));
            }
            Err(kind.refusal())
        }),
        _ if method == "getupdates" => updates::get_updates(&shared, request.params, fault.clone()).await,
        _ => shared.update(|state| {
            let outcome = methods::carry_out(state, &method, &request.params, &request.files);
            state.note_call(request.into_call(method, outcome.clone(), fault.clone()));
            outcome
        }),
    };
    match fault {
        Some(FaultKind::Reset | FaultKind::AnswerLost) => close_connection(),
        Some(FaultKind::Hang) => {
            until_cleared(&shared, cleared).await;
            close_connection()
        }
        Some(FaultKind::ServerError) => {
            let page = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n</html>\r\n";
            (StatusCode::BAD_GATEWAY, [(header::CONTENT_TYPE, "text/html")], page).into_response()
        }
        Some(FaultKind::Truncated) => truncated(&written(answered).1),
        Some(FaultKind::Slow(lasts)) => slow(&written(answered).1, lasts),
        Some(FaultKind::Garbage) => "this is not JSON".into_response(),
        _ => answer(answered),
    }
}

/// What a request brings.
struct Request {
    params: Map<String, Value>,
    files: Vec<Upload>,
    /// Bytes.
    body_size: usize,
}

impl Request {
    fn into_call(self, method: String, outcome: Answer, fault: Option<FaultKind>) -> Call {
        let params = Value::Object(self.params);
        Call { files: self.files, fault, ..Call::new(method, params, self.body_size, outcome) }
    }
}

/// Query and body together, as Telegram takes them.
async fn read_request(uri: &Uri, headers: &HeaderMap, body: &Bytes) -> Result<Request, Refusal> {
    let mut params = params::read_form(uri.query().unwrap_or_default());
    let mut files = Vec::new();
    if body.is_empty() {
        return Ok(Request { params, files, body_size: 0 });
    }
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    match content_type.split(';').next().unwrap_or_default() {
        "application/json" => match serde_json::from_slice(body) {
            Ok(Value::Object(fields)) => params.extend(fields),
            _ => return Err(Refusal::bad_request("can't parse request body as JSON object")),
        },
        "application/x-www-form-urlencoded" => params.extend(params::read_form(&String::from_utf8_lossy(body))),
        "multipart/form-data" => {
            let read = multipart::read(content_type, body.clone()).await;
            let (fields, parts) =
                read.map_err(|error| Refusal::bad_request(&format!("can't parse multipart/form-data: {error}")))?;
            params.extend(fields);
            files = parts;
        }
        other => return Err(Refusal::bad_request(&format!("content type {other} is not known to the fake"))),
    }
    Ok(Request { params, files, body_size: body.len() })
}

fn answer(answer: Answer) -> Response {
    let (code, body) = written(answer);
    let status = StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, [(header::CONTENT_TYPE, "application/json")], body).into_response()
}

/// The status and the body of an answer.
fn written(answer: Answer) -> (u16, String) {
    let (code, body) = match answer {
        Ok(result) => (200, json!({ "ok": true, "result": result })),
        Err(refusal) => {
            let mut body = json!({ "ok": false, "error_code": refusal.code, "description": refusal.description });
            if !refusal.parameters.is_null() {
                body["parameters"] = refusal.parameters;
            }
            (refusal.code, body)
        }
    };
    (code, body.to_string())
}

/// Promises a whole body, sends half of it and closes the connection.
fn truncated(body: &str) -> Response {
    let half = Bytes::copy_from_slice(&body.as_bytes()[..body.len() / 2]);
    let pieces = [Ok(half), Err("the connection is closed by a fault")];
    ([(header::CONTENT_LENGTH, body.len())], Body::from_stream(stream::iter(pieces))).into_response()
}

/// Sends a body in twenty pieces over so long a time.
fn slow(body: &str, lasts: Duration) -> Response {
    const PIECES: usize = 20;
    let size = body.len().div_ceil(PIECES).max(1);
    let pieces: Vec<Bytes> = body.as_bytes().chunks(size).map(Bytes::copy_from_slice).collect();
    let pieces = stream::unfold(pieces.into_iter(), move |mut rest| async move {
        tokio::time::sleep(lasts / 20).await;
        Some((Ok::<_, Infallible>(rest.next()?), rest))
    });
    ([(header::CONTENT_LENGTH, body.len())], Body::from_stream(pieces)).into_response()
}

/// Unwinding ends the connection's task before a byte is written; `resume_unwind` does so without a panic message.
fn close_connection() -> ! {
    panic::resume_unwind(Box::new("the connection is closed by a fault"))
}

/// Waits until the faults are cleared more often than they were when the request met its own.
async fn until_cleared(shared: &Shared, before: u64) {
    let mut changes = shared.changes();
    while crate::state::lock(&shared.state).faults.cleared == before && changes.changed().await.is_ok() {}
}
