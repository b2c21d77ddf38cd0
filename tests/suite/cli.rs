//! Transcripts of the command line, in `tests/cli`. `TRYCMD=overwrite` rewrites them.

#[test]
fn transcripts() {
    trycmd::TestCases::new().case("tests/cli/*.trycmd");
}
