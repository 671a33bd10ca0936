//! The keys of the configuration.

use super::{Form, ID, Table, may, must};

const ROLE: Form = Form::Word(&["viewer", "scheduler", "operator", "administrator"]);
const IDENTIFIER: Form = Form::Integer(1, 65_535);

pub(super) const TABLES: &[Table] = &[
    Table {
        name: "",
        about: "The configuration of headend, headend.toml. Paths are relative to its folder.",
        keys: &[
            must("format", Form::Integer(1, 1), "The version of the language: 1."),
            may("library", Form::Text, "The folder of assets; usually \"library\"."),
            may("state", Form::Text, "The folder of what is kept between runs; usually \"state\"."),
            may(
                "bundles",
                Form::Text,
                "The folder below which bundles find their files; usually \"bundles\".",
            ),
            may("bundle_limits", Form::One("bundle_limits"), "What one bundle may hold at most."),
            must(
                "timetables",
                Form::List(&Form::Text),
                "The files of the timetable; `*`, `?` and `**` are patterns.",
            ),
            must("network", Form::One("network"), "The network that the multiplexes belong to."),
            must("multiplex", Form::List(&Form::One("multiplex")), "Transport streams."),
            may("run", Form::One("run"), "How `headend run` works."),
            may("alarms", Form::One("alarms"), "Who is told of what is wrong, and when."),
            may("control", Form::One("control"), "The control listener; left out, there is none."),
        ],
    },
    Table {
        name: "bundle_limits",
        about: "What one bundle may hold at most.",
        keys: &[
            may("files", Form::Integer(1, 65_536), "Files."),
            may("bytes", Form::Integer(1, 1 << 40), "Bytes."),
        ],
    },
    Table {
        name: "network",
        about: "The network that the multiplexes belong to.",
        keys: &[
            must("id", IDENTIFIER, "network_id."),
            must("name", Form::Texts, "Its name in Chinese, English or both."),
            may(
                "characters",
                Form::Word(&["utf8", "gb2312", "ucs2", "gb2312-raw"]),
                "How texts are encoded; usually utf8.",
            ),
            may(
                "country",
                Form::Pattern("^[A-Z]{3}$"),
                "Whose local time the TOT tells, by ISO 3166-1; usually CHN.",
            ),
            may("bouquet", Form::One("bouquet"), "The bouquet that the services form."),
        ],
    },
    Table {
        name: "bouquet",
        about: "The bouquet that the services form.",
        keys: &[must("id", IDENTIFIER, "bouquet_id."), must("name", Form::Texts, "Its name.")],
    },
    Table {
        name: "run",
        about: "How `headend run` works.",
        keys: &[
            may(
                "lead_ms",
                Form::Integer(1000, 60_000),
                "How long before its time each superframe is made.",
            ),
            may(
                "spin_us",
                Form::Integer(0, 100),
                "How long before its time a datagram is waited for with the processor.",
            ),
            may(
                "skip_after_ms",
                Form::Integer(1, 10_000),
                "What is later than this after a stall is skipped and counted.",
            ),
            may("realtime", Form::Boolean, "Ask for real-time priority and resident memory."),
            may("watch", Form::Boolean, "Take a changed timetable without being asked to."),
        ],
    },
    Table {
        name: "alarms",
        about: "Who is told of what is wrong, and from when on it is wrong.",
        keys: &[
            may(
                "level",
                Form::Word(&["notice", "warning", "critical"]),
                "Alarms from this level on are told; usually warning.",
            ),
            may(
                "exec",
                Form::List(&Form::Text),
                "A program and its arguments; it gets JSON on standard input.",
            ),
            may("webhook", Form::Text, "An address that gets JSON by HTTP POST."),
            may("mail", Form::One("mail"), "Who gets letters."),
            may(
                "test_at",
                Form::Pattern("^([01][0-9]|2[0-3]):[0-5][0-9]$"),
                "When a test alarm is raised each day, on the local clock.",
            ),
            may(
                "late_us",
                Form::Integer(100, 1_000_000),
                "A datagram that leaves later than this is late; usually 5000.",
            ),
            may(
                "clock_ms",
                Form::Integer(1, 10_000),
                "A clock that is further off than this is wrong; usually 20.",
            ),
            may(
                "disk_percent",
                Form::Integer(0, 50),
                "A disk with less room than this is full; usually 5.",
            ),
            may("monitor", Form::Boolean, "Judge what is sent by TR 101 290."),
        ],
    },
    Table {
        name: "mail",
        about: "How letters are sent.",
        keys: &[
            must("server", Form::Text, "The server and its port: \"mail.example.org:587\"."),
            may("tls", Form::Word(&["none", "tls", "starttls"]), "Usually starttls."),
            must("from", Form::Text, "Who they are from."),
            must("to", Form::List(&Form::Text), "Who gets them."),
            may("user", Form::Text, "The name to log in with."),
            may("password_file", Form::Text, "The file that holds the password."),
        ],
    },
    Table {
        name: "control",
        about: "The control listener: calls and the console, over TLS 1.3.",
        keys: &[
            may("listen", Form::Text, "Address and port; usually \"127.0.0.1:8443\"."),
            may("certificate", Form::Text, "The certificate chain, a PEM file; needs `key`."),
            may("key", Form::Text, "Its key, a PEM file."),
            may(
                "names",
                Form::List(&Form::Text),
                "Names and addresses of the certificate that the daemon makes.",
            ),
            may("client_authority", Form::Text, "Whose certificates machines show, a PEM file."),
            may("connections", Form::Integer(8, 4096), "Connections at the same time."),
            may(
                "calls_per_minute",
                Form::Integer(10, 100_000),
                "Calls of one address in a minute.",
            ),
            may("token", Form::List(&Form::One("token")), "Who is let in by a token."),
            may("machine", Form::List(&Form::One("machine")), "Who is let in by a certificate."),
        ],
    },
    Table {
        name: "token",
        about: "Somebody who is let in by a token.",
        keys: &[
            must("name", ID, "What the audit log calls them."),
            must("role", ROLE, "What they may do."),
            must("hash", Form::Text, "What `headend control token` prints."),
        ],
    },
    Table {
        name: "machine",
        about: "A machine that is let in by its certificate.",
        keys: &[
            must("name", Form::Text, "A DNS name of its certificate."),
            must("role", ROLE, "What it may do."),
        ],
    },
    Table {
        name: "multiplex",
        about: "A transport stream. Its rate is exactly one of `profile`, `rate` and `modulation`.",
        keys: &[
            must("name", ID, "Its name."),
            must("transport_stream_id", IDENTIFIER, "transport_stream_id."),
            must("original_network_id", IDENTIFIER, "original_network_id."),
            may("profile", Form::Text, "A carrier by its name."),
            may(
                "rate",
                Form::Any(&[Form::Integer(256_000, 1_000_000_000), Form::One("fraction")]),
                "The rate in bit/s.",
            ),
            may("modulation", Form::One("modulation"), "A carrier that no profile names."),
            may("carrier", Form::One("carrier"), "Where the carrier is, for the NIT."),
            may(
                "null_share_per_10000",
                Form::Integer(0, 5000),
                "Null packets that are always kept; usually 10.",
            ),
            may(
                "ssrc",
                Form::Integer(0, 4_294_967_295),
                "SSRC of the RTP streams; usually the CRC_32 of the name.",
            ),
            must(
                "services",
                Form::List(&ID),
                "Services of the timetable; the place gives a service its PIDs.",
            ),
            may("output", Form::List(&Form::One("output")), "Where it is sent."),
        ],
    },
    Table {
        name: "fraction",
        about: "A rate as an exact fraction, in bit/s.",
        keys: &[
            must("num", Form::Integer(1, 1 << 53), "Above the line."),
            must("den", Form::Integer(1, 1 << 24), "Below the line."),
        ],
    },
    Table {
        name: "modulation",
        about: "How a carrier is modulated. DVB-S has only symbol_rate, code_rate and margin_ppm.",
        keys: &[
            must("system", Form::Word(&["dvb-s", "dvb-s2"]), "The system."),
            must("symbol_rate", Form::Integer(1, 1_000_000_000), "Symbols per second."),
            must("code_rate", Form::Text, "Such as \"3/4\"."),
            may(
                "margin_ppm",
                Form::Integer(0, 10_000),
                "How far the multiplex stays below the carrier; usually 100.",
            ),
            may("constellation", Form::Text, "\"qpsk\" (usual), \"8psk\", \"16apsk\", \"32apsk\"."),
            may("frame", Form::Word(&["normal", "short"]), "The FEC frame; usually normal."),
            may("pilots", Form::Boolean, "Whether the carrier has pilots; usually true."),
            may("roll_off", Form::Text, "\"0.35\", \"0.25\", \"0.20\" (usual)."),
        ],
    },
    Table {
        name: "carrier",
        about: "Where the carrier is, for the satellite delivery system descriptor of the NIT.",
        keys: &[
            must(
                "frequency_khz",
                Form::Integer(1, 1_000_000_000),
                "Its frequency, in steps of 10 kHz.",
            ),
            must(
                "polarization",
                Form::Word(&["horizontal", "vertical", "left", "right"]),
                "Its polarization.",
            ),
            must("orbital_position", Form::Text, "Such as \"92.2E\"."),
        ],
    },
    Table {
        name: "output",
        about: "Where a transport stream is sent.",
        keys: &[
            must("name", ID, "Its name, unique in the multiplex."),
            must("to", Form::Text, "A group or a host with a port: \"239.255.42.1:5004\"."),
            may("protocol", Form::Word(&["rtp", "udp"]), "Usually rtp."),
            may("interface", Form::Text, "The interface by its name or an address that it has."),
            may("ttl", Form::Integer(0, 255), "Time to live, or hop limit; usually 16."),
            may("dscp", Form::Integer(0, 63), "Differentiated services code point; usually 34."),
            may("loopback", Form::Boolean, "Whether receivers on this machine get the stream too."),
            may("fec", Form::One("fec"), "Forward error correction of SMPTE ST 2022-1."),
        ],
    },
    Table {
        name: "fec",
        about: "A matrix of SMPTE ST 2022-1, at most 100 packets.",
        keys: &[
            must("columns", Form::Integer(1, 20), "Columns."),
            must("rows", Form::Integer(4, 20), "Rows."),
            may("row_fec", Form::Boolean, "Whether rows are protected too; usually true."),
        ],
    },
];
