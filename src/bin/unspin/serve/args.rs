//! The options of `unspin serve`.

use std::net::{SocketAddr, ToSocketAddrs};
use std::path::PathBuf;
use std::time::Duration;

use clap::Args as Group;

use crate::args::Checking;

#[derive(Group, Debug)]
#[command(after_help = "Examples:
  unspin serve                                 then open http://127.0.0.1:8081 in a browser
  unspin serve --assume-spun                   for programs that send one paragraph at a time
  unspin serve --listen 0.0.0.0:8081 --token-file token.txt
  curl -s http://127.0.0.1:8081/v2/check --data-urlencode text@article.txt -d language=en-US")]
pub(crate) struct Serve {
    /// Address and port to listen on; port 0 takes a free one.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8081", value_parser = address, help_heading = "Server")]
    pub(crate) listen: SocketAddr,
    /// Answer to this name in the Host header too; may be given several times.
    #[arg(long, value_name = "NAME", help_heading = "Server")]
    pub(crate) host: Vec<String>,
    /// Let pages of this origin send requests, such as https://example.org, or moz-extension://*, where * stands for any
    /// end; may be given several times.
    #[arg(long, value_name = "ORIGIN", value_parser = origin, help_heading = "Server")]
    pub(crate) allow_origin: Vec<String>,
    /// Ask every request for the token in this file; UNSPIN_TOKEN is heeded. Needed where others can reach ADDRESS.
    #[arg(long, value_name = "FILE", help_heading = "Server")]
    pub(crate) token_file: Option<PathBuf>,
    /// Refuse requests with more bytes than this, in KiB.
    #[arg(long, value_name = "KIB", default_value_t = 4096, value_parser = clap::value_parser!(u32).range(1..=1 << 20), help_heading = "Server")]
    pub(crate) max_size: u32,
    /// Break off requests that take longer, in seconds.
    #[arg(long, value_name = "SECONDS", default_value = "60", value_parser = seconds, help_heading = "Server")]
    pub(crate) time_limit: Duration,
    /// Requests that may wait while others are worked on; more are refused.
    #[arg(long, value_name = "N", default_value_t = 64, value_parser = clap::value_parser!(u16).range(0..=10_000), help_heading = "Server")]
    pub(crate) queue: u16,
    /// Texts checked at the same time [default: one for each core].
    #[arg(short = 'j', long, value_name = "N", help_heading = "Server")]
    pub(crate) jobs: Option<usize>,
    #[command(flatten)]
    pub(crate) checking: Checking,
}

/// An address, or a name that stands for one.
fn address(text: &str) -> Result<SocketAddr, String> {
    if let Ok(address) = text.parse() {
        return Ok(address);
    }
    let named: Vec<SocketAddr> = match text.rsplit_once(':') {
        Some((name, port)) if !name.is_empty() && port.parse::<u16>().is_ok() => {
            text.to_socket_addrs().map_err(|error| error.to_string())?.collect()
        }
        _ => return Err("must be an address or a name with a port, such as 127.0.0.1:8081 or localhost:8081".into()),
    };
    // Programs that are told to ask localhost ask there first, as a rule.
    let old = named.iter().find(|address| address.is_ipv4());
    old.or(named.first()).copied().ok_or_else(|| "stands for no address".into())
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| format!("{text:?} is not a number"))?;
    if (0.001..=86_400.0).contains(&seconds) {
        Ok(Duration::from_secs_f64(seconds))
    } else {
        Err("must be from 0.001 to 86400".into())
    }
}

fn origin(text: &str) -> Result<String, String> {
    let rest = text.split_once("://").map(|(_, rest)| rest).filter(|rest| !rest.is_empty() && !rest.contains('/'));
    if text.find('*').is_some_and(|star| star + 1 < text.len()) {
        Err("only the last character may be *, which stands for any end".into())
    } else if rest.is_some() {
        Ok(text.to_ascii_lowercase())
    } else {
        Err("must be like https://example.org, without a path".into())
    }
}
