//! A TCP listener whose connections can be hung up from inside a request.
//!
//! An HTTP library always wants to answer. A real server that dies does not. Each accepted connection therefore carries
//! a switch; once it is thrown, the next write fails and the connection closes with a reset. Knows no HTTP.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

/// The switch of one connection, and who is at its other end.
#[derive(Clone, Debug)]
pub(super) struct Switch {
    is_thrown: Arc<AtomicBool>,
    pub(super) peer: String,
}

impl Switch {
    /// From now on nothing more is written; the connection closes at the next attempt.
    pub(super) fn hang_up(&self) {
        self.is_thrown.store(true, Ordering::SeqCst);
    }
}

impl Connected<IncomingStream<'_, SwitchedListener>> for Switch {
    fn connect_info(stream: IncomingStream<'_, SwitchedListener>) -> Self {
        Switch { is_thrown: Arc::clone(&stream.io().is_thrown), peer: stream.remote_addr().ip().to_string() }
    }
}

/// A listener that gives each connection its switch.
pub(super) struct SwitchedListener(pub(super) TcpListener);

impl Listener for SwitchedListener {
    type Io = SwitchedStream;
    type Addr = std::net::SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        let (stream, address) = Listener::accept(&mut self.0).await;
        // Small answers go out at once; a failure to set this costs only time.
        stream.set_nodelay(true).unwrap_or_default();
        let is_thrown = Arc::new(AtomicBool::new(false));
        (SwitchedStream { stream, is_thrown }, address)
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        self.0.local_addr()
    }
}

/// One connection with its switch.
pub(super) struct SwitchedStream {
    stream: TcpStream,
    is_thrown: Arc<AtomicBool>,
}

impl SwitchedStream {
    fn check(&self) -> io::Result<()> {
        if self.is_thrown.load(Ordering::SeqCst) {
            self.stream.set_zero_linger()?;
            return Err(io::ErrorKind::ConnectionReset.into());
        }
        Ok(())
    }
}

impl AsyncRead for SwitchedStream {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for SwitchedStream {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if let Err(error) = self.check() {
            return Poll::Ready(Err(error));
        }
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
