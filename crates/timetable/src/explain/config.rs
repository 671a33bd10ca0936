//! E09xx: the configuration.

use super::Explanation;
use crate::diagnostic::Code;

pub(super) const CONFIG: &[Explanation] = &[
    Explanation {
        code: Code::BadAddress,
        meaning: "An output is sent to an address with a port, through an interface that this \
            machine has. This one cannot be read, or a group of IPv6 lacks the interface's name.",
        example: "[[multiplex.output]]\nname = \"modulator\"\nto = \"239.255.42.1\"\n",
        mend: "Write address and port in one string, those of IPv6 in brackets.",
        mended: "[[multiplex.output]]\nname = \"modulator\"\nto = \"239.255.42.1:5004\"\n",
    },
    Explanation {
        code: Code::AddressInUse,
        meaning: "Two outputs send to the same address and port, so that a receiver would get \
            two streams mixed. Forward error correction takes the port + 2 and the port + 4 too.",
        example: "[[multiplex.output]]\nname = \"a\"\nto = \"239.255.42.1:5004\"\n\n\
            [[multiplex.output]]\nname = \"b\"\nto = \"239.255.42.1:5004\"\n",
        mend: "Give one of the two another group or port, or two interfaces.",
        mended: "[[multiplex.output]]\nname = \"a\"\nto = \"239.255.42.1:5004\"\n\n\
            [[multiplex.output]]\nname = \"b\"\nto = \"239.255.42.2:5004\"\n",
    },
    Explanation {
        code: Code::BadCarrier,
        meaning: "No modulator has a carrier with this combination of system, constellation, \
            code rate and roll-off, or the network information table cannot describe it.",
        example: "[multiplex.modulation]\nsystem = \"dvb-s\"\nsymbol_rate = 27_500_000\n\
            code_rate = \"9/10\"\n",
        mend: "Take the combination from the modulator, or a profile by its name.",
        mended: "[multiplex.modulation]\nsystem = \"dvb-s\"\nsymbol_rate = 27_500_000\n\
            code_rate = \"3/4\"\n",
    },
    Explanation {
        code: Code::BadMatrix,
        meaning: "The matrix of forward error correction is outside SMPTE ST 2022-1 (4 to 20 \
            rows, at most 20 columns, at most 100 packets), stands on an output that is not RTP, \
            or differs from that of another output of the same multiplex.",
        example: "fec = { columns = 20, rows = 20, row_fec = true }\n",
        mend: "Choose a smaller matrix, the same for all outputs of the multiplex.",
        mended: "fec = { columns = 10, rows = 10, row_fec = true }\n",
    },
    Explanation {
        code: Code::NoFile,
        meaning: "A path or a pattern names no file, or files that cannot be used: a timetable \
            of the configuration, or the files of a bundle.",
        example: "timetables = [\"timetables/*.tml\"]\n",
        mend: "Correct the path. Paths are relative to the folder of the configuration; `*` \
            stands for any letters of a name, `**` for any number of folders.",
        mended: "timetables = [\"timetables/*.toml\"]\n",
    },
    Explanation {
        code: Code::OpenToAll,
        meaning: "The control listener has an address that other machines reach, and there is \
            neither a token nor a machine that it would let in.",
        example: "[control]\nlisten = \"0.0.0.0:8443\"\n",
        mend: "Name who may call, with what `headend control token NAME --role ROLE` prints, or \
            listen at an address of this machine alone.",
        mended: "[control]\nlisten = \"127.0.0.1:8443\"\n",
    },
];
