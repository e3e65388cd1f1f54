/** Shells that `releaf completion` knows. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;

/** One of {@link SHELLS}. */
export type Shell = (typeof SHELLS)[number];

/** Name of the command that the scripts ask; it is not in the help. */
export const COMPLETE = 'complete';

/** What {@link COMPLETE} answers where the shell itself shall complete. */
const FILES = ':files';
const FOLDERS = ':folders';

/** What `releaf complete` prints: a candidate a line, a tab before what is said of it. */
export const completionLines = (
  completion: readonly { readonly word: string; readonly about?: string }[] | 'files' | 'folders',
): readonly string[] => {
  if (completion === 'files') return [FILES];
  if (completion === 'folders') return [FOLDERS];
  return completion.map(({ word, about }) => (about === undefined ? word : `${word}\t${about}`));
};

// bash 3.2, which macOS has, knows neither mapfile nor compopt.
const BASH = `# bash: source <(releaf completion bash)
_releaf() {
  local IFS=$'\\n' word=\${COMP_WORDS[COMP_CWORD]} reply
  [ "$word" = = ] && word=
  reply=($(releaf ${COMPLETE} -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
  case \${reply[0]} in
    ${FILES}) compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$word")) ;;
    ${FOLDERS}) compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -d -- "$word")) ;;
    *) COMPREPLY=("\${reply[@]%%$'\\t'*}") ;;
  esac
}
complete -F _releaf releaf`;

const ZSH = `#compdef releaf
# zsh: releaf completion zsh > "\${fpath[1]}/_releaf", or: source <(releaf completion zsh)
_releaf() {
  local -a reply candidates
  local line
  reply=("\${(@f)$(releaf ${COMPLETE} -- "\${(@Q)words[2,CURRENT]}" 2>/dev/null)}")
  case $reply[1] in
    ${FILES}) compset -P '--*='; _files ;;
    ${FOLDERS}) compset -P '--*='; _files -/ ;;
    *)
      for line in $reply; do
        candidates+=("\${\${line//:/\\\\:}/$'\\t'/:}")
      done
      _describe releaf candidates
      ;;
  esac
}
if [ "$funcstack[1]" = _releaf ]; then _releaf "$@"; else compdef _releaf releaf; fi`;

const FISH = `# fish: releaf completion fish > ~/.config/fish/completions/releaf.fish
function __releaf_complete
    set -l words (commandline -opc) (commandline -ct)
    set -l reply (releaf ${COMPLETE} -- $words[2..-1] 2>/dev/null)
    switch "$reply[1]"
        case ${FILES}
            __fish_complete_path (commandline -ct)
        case ${FOLDERS}
            __fish_complete_directories (commandline -ct) ''
        case '*'
            printf '%s\\n' $reply
    end
end
complete -c releaf -f -a '(__releaf_complete)'`;

const SCRIPTS: Readonly<Record<Shell, string>> = { bash: BASH, zsh: ZSH, fish: FISH };

/** The script that a shell reads once to complete `releaf`. */
export const completionScript = (shell: Shell): string => SCRIPTS[shell];
