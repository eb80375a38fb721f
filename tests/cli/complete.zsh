# What zsh offers after each command line of standard input: LINE|OFFER OFFER..., sorted.
# Usage: zsh -f complete.zsh FOLDER: FOLDER holds _pktbench.
zmodload zsh/zpty || exit 2
zpty shell zsh -f -i
zpty -w shell "PROMPT=; stty -echo; fpath=($1 \$fpath); autoload -Uz compinit; compinit -u -D"
zpty -w shell 'compadd() {
    local -a offered
    builtin compadd -O offered "$@"
    (( $#offered )) && print -rl -- "<offer>"${^offered}"</offer>"
    builtin compadd "$@"
}
bindkey "^I" complete-word
LISTMAX=10000
print "<re""ady>"'
zpty -r shell answer '*<ready>*'
while IFS= read -r line; do
    # Complete, clear the line, and print a mark.
    zpty -w -n shell "$line"$'\t\025print "<do""ne>"\n'
    zpty -r shell answer '*<done>*'
    offers=$(print -r -- "$answer" | tr -d '\r' | sed -n 's/.*<offer>\(.*\)<\/offer>.*/\1/p' | sort -u)
    print -r -- "$line|${offers//$'\n'/ }"
done
zpty -d shell
