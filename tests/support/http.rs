//! A look at the pages that a bot serves.

/// The status and the body of a page.
pub(crate) fn get(address: &str, path: &str) -> (u16, String) {
    get_as(address, path, "*/*")
}

/// As [`get`], in a format that the request asks for.
pub(crate) fn get_as(address: &str, path: &str, accept: &str) -> (u16, String) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let request = reqwest::Client::new().get(format!("http://{address}{path}")).header("accept", accept);
        let response = request.send().await.unwrap();
        (response.status().as_u16(), response.text().await.unwrap())
    })
}
