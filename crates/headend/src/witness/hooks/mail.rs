//! A letter for each change.

use super::{Message, PATIENCE, headline};
use crate::config::{MailConfig, MailTls};
use lettre::message::header::ContentType;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{SmtpTransport, Transport};

/// Sends it to all at once.
pub(super) fn deliver(config: &MailConfig, message: &Message) -> Result<(), String> {
    let letter = letter(config, message)?;
    let transport = transport(config)?;
    let at = |error| format!("{}:{}: {error}", config.server, config.port);
    transport.send(&letter).map(drop).map_err(|error| at(error.to_string()))
}

fn letter(config: &MailConfig, message: &Message) -> Result<lettre::Message, String> {
    let wrong = |error: lettre::address::AddressError| error.to_string();
    let mut letter = lettre::Message::builder()
        .from(config.from.parse().map_err(wrong)?)
        .subject(format!("headend {}", headline(message)));
    for to in &config.to {
        letter = letter.to(to.parse().map_err(wrong)?);
    }
    let alarm = &message.alarm;
    let mut text = format!(
        "{}\n\n{}\n\nWhat to do: {}\n\nsince {}\nlast seen {}\n",
        headline(message),
        alarm.text,
        message.advice,
        alarm.since,
        alarm.last,
    );
    if let Some(cleared) = alarm.cleared {
        text += &format!("cleared {cleared}\n");
    }
    text += &format!("station {}\n", message.station);
    letter.header(ContentType::TEXT_PLAIN).body(text).map_err(|error| error.to_string())
}

fn transport(config: &MailConfig) -> Result<SmtpTransport, String> {
    let parameters =
        || TlsParameters::new(config.server.clone()).map_err(|error| error.to_string());
    let tls = match config.tls {
        MailTls::None => Tls::None,
        MailTls::Implicit => Tls::Wrapper(parameters()?),
        MailTls::StartTls => Tls::Required(parameters()?),
    };
    let mut builder = SmtpTransport::builder_dangerous(&config.server)
        .port(config.port)
        .timeout(Some(PATIENCE))
        .tls(tls);
    if let Some(user) = &config.user {
        let password = match &config.password_file {
            // Read anew each time, so that a changed password needs no restart.
            Some(path) => std::fs::read_to_string(path)
                .map_err(|error| format!("{}: {error}", path.display()))?,
            None => String::new(),
        };
        let password = password.trim_end_matches(['\r', '\n']).to_owned();
        builder = builder.credentials(Credentials::new(user.clone(), password));
    }
    Ok(builder.build())
}
