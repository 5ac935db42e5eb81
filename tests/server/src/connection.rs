//! One connection: requests and responses until one side closes it.

use std::{
    io::{self, BufReader},
    net::TcpStream,
    time::Duration,
};

use crate::{
    request::Request,
    script::{Shared, lock},
};

/// How long the server waits for the next byte of a client.
const READ_TIMEOUT: Duration = Duration::from_secs(30);

/// Serves a connection. One on which no request arrives is recorded as an empty request.
pub(crate) fn serve(stream: &TcpStream, shared: &Shared) {
    let mut served = 0;
    // A client may close the connection as soon as it knows enough.
    let _ = run(stream, shared, &mut served);
    if served == 0 {
        lock(&shared.requests).push(Request::default());
    }
}

fn run(mut stream: &TcpStream, shared: &Shared, served: &mut usize) -> io::Result<()> {
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(READ_TIMEOUT))?;
    let mut reader = BufReader::new(stream);
    while let Some(request) = Request::read(&mut reader)? {
        *served += 1;
        if !shared.respond_to(request).send(&mut stream)? {
            break;
        }
    }
    Ok(())
}
