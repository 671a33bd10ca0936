//! Receiving datagrams with the time at which the kernel got them.

use nix::cmsg_space;
use nix::sys::socket::{ControlMessageOwned, MsgFlags, recvmsg, setsockopt, sockopt};
use nix::sys::time::TimeSpec;
use socket2::{Domain, Socket, Type};
use std::io::{self, IoSliceMut};
use std::net::{Ipv4Addr, SocketAddrV4};
use std::os::fd::AsRawFd;
use std::time::{Duration, Instant};

/// The group that everything is sent to; flows differ by port.
pub const GROUP: Ipv4Addr = Ipv4Addr::new(239, 255, 43, 1);
/// Enough for a quarter of a second at 40 Mbit/s with what the kernel adds to each datagram.
const RECEIVE_BUFFER_BYTES: usize = 4 << 20;
/// The longest datagram that is expected.
const DATAGRAM_MAX: usize = 2048;
/// How often what has arrived is taken: seldom, so as not to disturb who sends.
const NAP: Duration = Duration::from_millis(20);

/// A socket that takes the datagrams of one flow.
#[derive(Debug)]
pub struct Arrivals {
    socket: Socket,
}

impl Arrivals {
    /// Joins the group on the loopback interface.
    ///
    /// # Errors
    /// The system refuses the socket, the port or the group.
    pub fn join(port: u16) -> io::Result<Arrivals> {
        let socket = Socket::new(Domain::IPV4, Type::DGRAM, None)?;
        setsockopt(&socket, sockopt::ReceiveTimestampns, &true)?;
        // Beyond the limit of the system only root may go.
        if setsockopt(&socket, sockopt::RcvBufForce, &RECEIVE_BUFFER_BYTES).is_err() {
            socket.set_recv_buffer_size(RECEIVE_BUFFER_BYTES)?;
        }
        socket.bind(&SocketAddrV4::new(GROUP, port).into())?;
        socket.join_multicast_v4(&GROUP, &Ipv4Addr::LOCALHOST)?;
        Ok(Arrivals { socket })
    }

    /// Waits for one datagram; gives the realtime clock at its arrival, in nanoseconds.
    ///
    /// # Errors
    /// None came in time.
    pub fn first(&self, patience: Duration) -> io::Result<i64> {
        self.socket.set_read_timeout(Some(patience))?;
        self.receive(MsgFlags::empty())
    }

    /// The arrivals of `length`, beginning with the next datagram.
    ///
    /// # Errors
    /// The socket fails.
    pub fn collect(&self, length: Duration) -> io::Result<Vec<i64>> {
        let mut times = Vec::with_capacity(length.as_millis() as usize * 4);
        times.push(self.first(Duration::from_secs(20))?);
        let begin = Instant::now();
        while begin.elapsed() < length {
            match self.receive(MsgFlags::MSG_DONTWAIT) {
                Ok(time) => times.push(time),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    std::thread::sleep(NAP);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(times)
    }

    fn receive(&self, flags: MsgFlags) -> io::Result<i64> {
        let mut bytes = [0u8; DATAGRAM_MAX];
        let mut part = [IoSliceMut::new(&mut bytes)];
        let mut control = cmsg_space!(TimeSpec);
        let fd = self.socket.as_raw_fd();
        let message = recvmsg::<()>(fd, &mut part, Some(&mut control), flags)?;
        let stamp = message.cmsgs()?.find_map(|control| match control {
            ControlMessageOwned::ScmTimestampns(time) => Some(time),
            _ => None,
        });
        let time = stamp.ok_or_else(|| io::Error::other("a datagram without a time stamp"))?;
        Ok(time.tv_sec() * 1_000_000_000 + time.tv_nsec())
    }
}

/// How late each datagram came, in nanoseconds, sorted: against the straight line through the flow
/// (least squares), moved so that the earliest datagram is on time. So a sender is not blamed for a
/// rate that is a little off, only for unevenness.
///
/// # Panics
/// When there are no arrivals.
pub fn lateness(times: &[i64]) -> Vec<i64> {
    let count = times.len() as f64;
    let relative = |time: &i64| (time - times[0]) as f64;
    let middle = (count - 1.0) / 2.0;
    let mean = times.iter().map(relative).sum::<f64>() / count;
    let centred = || times.iter().enumerate().map(|(i, t)| (i as f64 - middle, relative(t) - mean));
    let (covariance, variance) =
        centred().fold((0.0, 0.0), |(xy, xx), (x, y)| (xy + x * y, xx + x * x));
    let step = if variance > 0.0 { covariance / variance } else { 0.0 };
    let mut late: Vec<i64> = centred().map(|(x, y)| (y - x * step) as i64).collect();
    late.sort_unstable();
    let earliest = late[0];
    late.iter_mut().for_each(|value| *value -= earliest);
    late
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lateness_is_told_from_the_earliest_datagram() {
        let mut times: Vec<i64> = (0..10_000).map(|i| 5_000 + i * 263).collect();
        times[5_000] += 40_000;
        let late = lateness(&times);
        assert!((39_900..40_100).contains(&late[9_999]), "{}", late[9_999]);
        assert!(late[9_998] < 100, "{}", late[9_998]);
    }
}
