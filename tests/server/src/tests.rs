use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
};

use crate::{Request, Response, Server};

/// Sends bytes and returns everything that comes back until the server closes the connection.
fn exchange(server: &Server, sent: &str) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", server.port())).expect("a connection");
    stream.write_all(sent.as_bytes()).expect("the server reads");
    stream.shutdown(std::net::Shutdown::Write).expect("half a connection");
    let mut received = String::new();
    stream.read_to_string(&mut received).expect("the server writes text");
    received
}

#[test]
fn responses_are_sent_byte_for_byte() {
    let server = Server::start().expect("a server");
    server.respond(Response::json(200, "{}").with_header("x-a", "1"));
    let received = exchange(&server, "GET / HTTP/1.1\r\n\r\n");
    assert_eq!(received, "HTTP/1.1 200 \r\ncontent-type: application/json\r\nx-a: 1\r\ncontent-length: 2\r\n\r\n{}");
    server.respond(Response::new(204));
    assert_eq!(exchange(&server, "GET / HTTP/1.1\r\n\r\n"), "HTTP/1.1 204 \r\n\r\n");
}

#[test]
fn broken_responses_close_the_connection() {
    let server = Server::start().expect("a server");
    server.respond_in_turn([
        Response::new(200).with_body("ab").with_declared_length(5),
        Response::new(200).with_body("ab").with_repeated_body(3),
        Response::hang_up(),
    ]);
    let two = "GET /1 HTTP/1.1\r\n\r\nGET /2 HTTP/1.1\r\n\r\n";
    assert_eq!(exchange(&server, two), "HTTP/1.1 200 \r\ncontent-length: 5\r\nconnection: close\r\n\r\nab");
    assert_eq!(exchange(&server, two), "HTTP/1.1 200 \r\nconnection: close\r\n\r\nababab");
    assert_eq!(exchange(&server, two), "");
    assert!(exchange(&server, two).starts_with("HTTP/1.1 599 "), "no response is left");
    assert_eq!(server.take_requests().len(), 5);
}

#[test]
fn requests_are_recorded_as_they_arrive() {
    let server = Server::start().expect("a server");
    let head = "POST /a%20b?c=%2F HTTP/1.1\r\nX-Name:  v w \r\n";
    exchange(&server, &format!("{head}Content-Length: 3\r\n\r\nabcGET / HTTP/1.1\r\n\r\n"));
    exchange(
        &server,
        &format!("{head}Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1;x\r\nc\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n"),
    );
    let requests = server.take_requests();
    assert_eq!(requests.len(), 4);
    for request in [&requests[0], &requests[2]] {
        assert_eq!((request.method(), request.path(), request.query()), ("POST", "/a%20b", "c=%2F"));
        assert_eq!((request.header("x-name"), &*request.body), ("v w", &b"abc"[..]));
    }
    assert_eq!(requests[1], Request { line: "GET / HTTP/1.1".to_owned(), ..Request::default() });
    assert_eq!(server.take_requests(), []);
}

#[test]
fn connections_without_a_request_are_counted() {
    let server = Server::start().expect("a server");
    for _ in 0..3 {
        drop(TcpStream::connect(("127.0.0.1", server.port())).expect("a connection"));
    }
    exchange(&server, "GET / HTTP/1.1\r\n\r\n");
    let mut lines: Vec<String> = server.finish().into_iter().map(|request| request.line).collect();
    lines.sort();
    assert_eq!(lines, ["", "", "", "GET / HTTP/1.1"]);
}

#[test]
fn a_function_computes_responses() {
    let server = Server::start_with(|request| Response::new(200).with_body(request.target())).expect("a server");
    assert!(exchange(&server, "GET /x?y HTTP/1.1\r\n\r\n").ends_with("\r\n\r\n/x?y"));
}
