# What ctest skipped, from two files of it: its output, and Testing/Temporary/LastTest.log.
# A test that skips prints a line `SKIP: reason`; so does one that skips a part and then passes.
function report(name, reason) {
    if (!count++)
        print "\nskipped (" preset "):"
    print "  " name ": " reason
}
FNR == 1 { file++ }
file == 1 && /\*\*\*Skipped / {
    sub(/^.*Test +#[0-9]+: /, "")
    sub(/ .*/, "")
    whole[$0] = 1
}
file == 2 && /^[0-9]+\/[0-9]+ Test: / { name = $3; reasons = 0 }
file == 2 && sub(/^SKIP: /, "") {
    reasons++
    report(name (name in whole ? "" : " (a part)"), $0)
}
file == 2 && /^<end of output>/ && name in whole && !reasons { report(name, "no reason given") }
