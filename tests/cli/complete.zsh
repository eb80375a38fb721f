# What zsh offers after each command line of standard input: LINE|OFFER OFFER..., sorted.
# Usage: zsh -f complete.zsh FOLDER: FOLDER holds _pktbench.
zmodload zsh/zpty || exit 2
zpty shell zsh -f -i
zpty -w shell "PROMPT=; stty -echo; fpath=($1 \$fpath); autoload -Uz compinit; compinit -u -D"
# Tab completes, prints a mark, and begins a new line: no state is left for the next one. Keys are
# sent when the line editor runs.
zpty -w shell 'compadd() {
    local -a offered
    builtin compadd -O offered "$@"
    (( $#offered )) && print -rl -- "<offer>"${^offered}"</offer>"
    builtin compadd "$@"
}
offer() {
    zle complete-word
    BUFFER=
    print "<do""ne>"
    zle accept-line
}
zle-line-init() { print "<re""ady>" }
zle -N offer
zle -N zle-line-init
bindkey "^I" offer
unsetopt AUTO_LIST AUTO_MENU'
while IFS= read -r line; do
    zpty -r shell answer '*<ready>*'
    zpty -w -n shell "$line"$'\t'
    zpty -r shell answer '*<done>*'
    offers=$(print -r -- "$answer" | tr -d '\r' | sed -n 's/.*<offer>\(.*\)<\/offer>.*/\1/p' | sort -u)
    print -r -- "$line|${offers//$'\n'/ }"
done
zpty -d shell
