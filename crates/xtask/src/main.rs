//! Development tasks, run as `cargo xtask TASK`.

mod bench;
mod bless;
mod deny;
mod fuzz;
mod judges;
mod report;
mod shell;
mod test;
mod tidy;

use std::process::ExitCode;

const USAGE: &str = "\
cargo xtask TASK

  test [--full]                 everything that must hold before a change lands
  tidy                          layers, purity, shape of the source, links in the documents
  deny                          licences, bans, sources and advisories of the dependencies
  fuzz [--seconds N] [TARGET]   run the fuzz targets on their corpora
  judges                        install the programs that judge the output
  bless [FILTER]                rewrite the expected files of golden tests
  bench [FILTER]                run the benchmarks
";

/// How a task ends; the text says what is wrong and where.
type Outcome = Result<(), String>;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        ["test"] => test::run(false),
        ["test", "--full"] => test::run(true),
        ["tidy"] => tidy::run(),
        ["deny"] => deny::run(),
        ["judges"] => judges::install(),
        ["fuzz", rest @ ..] => fuzz::command(rest),
        ["bless", rest @ ..] => bless::run(rest),
        ["bench", rest @ ..] => bench::run(rest),
        _ => Err(USAGE.to_string()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}
