#!/bin/sh
# Pull requests for certificates: one for each group, opened when something is due, kept up to date, never doubled.
#
#   sh .releaf/pull-requests.sh renew       pull request 1: requests and sealed keys for what is due
#   sh .releaf/pull-requests.sh fetch       pull request 2: the certificates that the cluster has signed
#   sh .releaf/pull-requests.sh dashboard   one issue that shows how every certificate stands
#
# Run it in a clean checkout, as often as you like. It is yours: read it, change it.
#
# It knows its own commits by their author, which is no authentication: anybody who may push can write that. So protect
# the branches `releaf/**`: only the token of this script may push there, and somebody else reviews what it proposes.
#
# Settings, all optional:
#
#   RELEAF          the command                                              (releaf)
#   RELEAF_FORGE    github, with gh; gitlab, with glab; none                 (none)
#   RELEAF_FOLDERS  folders with a releaf.yaml: 'clusters/prod', 'clusters/*' (.)
#   RELEAF_GROUP    a pull request for each namespace, each certificate (none), or for all of a folder (all)
#   RELEAF_MAX      so many certificates at most in one run, the most urgent first
#   RELEAF_BASE     the branch to merge into                                 (the default branch)
#   RELEAF_REMOTE   where to push to                                         (origin)
#   RELEAF_TOKEN    for git: the password, with RELEAF_TOKEN_USER            (what git is set up with)
#   RELEAF_KUBECONFIG  for fetch: a kubeconfig, or the name of its file      (KUBECONFIG, ~/.kube/config)
#   RELEAF_EMAIL    who commits                                              (releaf@localhost)
#
# With RELEAF_FORGE=none it pushes the branches and says where title and body are; opening is up to you.

set -uf
export LC_ALL=C GIT_TERMINAL_PROMPT=0 GH_PROMPT_DISABLED=1

releaf=${RELEAF:-releaf}
forge=${RELEAF_FORGE:-none}
remote=${RELEAF_REMOTE:-origin}
email=${RELEAF_EMAIL:-releaf@localhost}
max=${RELEAF_MAX:-}
group_by=${RELEAF_GROUP:-all}
status=0

say() { printf '%s\n' "$*"; }

# Goes on with the rest, and ends with status 1.
complain() {
  printf 'error: %s\n' "$*" >&2
  status=1
}

die() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

# Whether $1 is one of the words that follow.
among() {
  among_word=$1
  shift
  for among_other; do
    [ "$among_word" = "$among_other" ] && return 0
  done
  return 1
}

# releaf itself, which runs the app and the config: it gets no token, only `fetch` gets the kubeconfig, and it must not
# read what a loop here reads.
run() {
  run_with=
  [ "$1" != fetch ] || run_with=KUBECONFIG=$kubeconfig
  # RELEAF may be several words: npx releaf.
  # shellcheck disable=SC2086
  env -u GH_TOKEN -u GITHUB_TOKEN -u GH_ENTERPRISE_TOKEN -u GITHUB_ENTERPRISE_TOKEN -u GITLAB_TOKEN \
    -u GITLAB_ACCESS_TOKEN -u OAUTH_TOKEN -u CI_JOB_TOKEN -u CI_REPOSITORY_URL -u CI_REGISTRY_PASSWORD \
    -u CI_DEPENDENCY_PROXY_PASSWORD -u RELEAF_TOKEN -u RELEAF_TOKEN_USER -u RELEAF_REMOTE -u RELEAF_KUBECONFIG \
    -u KUBECONFIG -u GIT_CONFIG_COUNT ${run_with:+"$run_with"} $releaf "$@" </dev/null
}

# ---- the forge -----------------------------------------------------------------------------------------------------

# Of a list of pull requests, in JSON of either forge: the open one, else the newest, as `NUMBER STATE COMMIT`; its
# title and body go to files. Those of forks do not count: anyone may name a branch of theirs as ours.
# shellcheck disable=SC2016
CHOOSE='
const fs = require("fs");
const [dir] = process.argv.slice(1);
const all = JSON.parse(fs.readFileSync(dir + "/list.json", "utf8"))
  .filter((one) => one.isCrossRepository !== true && one.source_project_id === one.target_project_id)
  .map((one) => ({
    number: Number(one.number ?? one.iid),
    state: String(one.state).toLowerCase().replace(/^opened$/, "open").replace(/^locked$/, "open"),
    commit: String(one.headRefOid ?? one.sha),
    title: one.title,
    body: one.body ?? one.description ?? "",
  }))
  .sort((a, b) => b.number - a.number);
const one = all.find(({ state }) => state === "open") ?? all[0];
if (one) {
  fs.writeFileSync(dir + "/their-title", one.title + "\n");
  fs.writeFileSync(dir + "/their-body", one.body.replace(/\r\n/g, "\n").trimEnd() + "\n");
  console.log(one.number, one.state, one.commit);
}
'

# The first issue that we opened and marked: `NUMBER`; its body goes to a file.
# shellcheck disable=SC2016
CHOOSE_ISSUE='
const fs = require("fs");
const [dir, marker] = process.argv.slice(1);
const all = JSON.parse(fs.readFileSync(dir + "/list.json", "utf8"))
  .flatMap((page) => page.data?.repository.issues.nodes.filter((one) => one.viewerDidAuthor) ?? [page])
  .map((one) => ({ number: Number(one.number ?? one.iid), body: one.body ?? one.description ?? "" }))
  .filter((one) => one.body.startsWith(marker))
  .sort((a, b) => a.number - b.number);
if (all[0]) {
  fs.writeFileSync(dir + "/their-body", all[0].body.replace(/\r\n/g, "\n").trimEnd() + "\n");
  console.log(all[0].number);
}
'

# Open issues, a page at a time.
# shellcheck disable=SC2016
ISSUES='query($owner: String!, $repo: String!, $endCursor: String) {
  repository(owner: $owner, name: $repo) {
    issues(first: 100, after: $endCursor, states: OPEN) {
      nodes { number body viewerDidAuthor }
      pageInfo { hasNextPage endCursor }
    }
  }
}'

encoded() { node -p 'encodeURIComponent(process.argv[1])' "$1"; }

project() { printf 'projects/%s' "${CI_PROJECT_ID:-:id}"; }

# The pull request of branch $1, as CHOOSE tells it; nothing where there is none.
find_request() {
  case $forge in
    github)
      gh pr list --head "$1" --base "$base" --state all --limit 50 \
        --json number,state,title,body,headRefOid,isCrossRepository >"$tmp/list.json" </dev/null
      ;;
    gitlab)
      glab api --method GET "$(project)/merge_requests?source_branch=$(encoded "$1")&target_branch=$(encoded "$base")&per_page=50" \
        >"$tmp/list.json" </dev/null
      ;;
  esac && node -e "$CHOOSE" "$tmp"
}

# Opens the pull request of branch $1.
create_request() {
  case $forge in
    github) gh pr create --head "$1" --base "$base" --title "$title" --body-file "$tmp/body" ;;
    gitlab)
      glab api --method POST "$(project)/merge_requests" --raw-field "source_branch=$1" \
        --raw-field "target_branch=$base" --raw-field "title=$title" --field "description=@$tmp/body" \
        --field remove_source_branch=true
      ;;
  esac >"$tmp/created" </dev/null
}

# Gives pull request $1 the present title and body.
edit_request() {
  case $forge in
    github) gh pr edit "$1" --title "$title" --body-file "$tmp/body" ;;
    gitlab)
      glab api --method PUT "$(project)/merge_requests/$1" --raw-field "title=$title" \
        --field "description=@$tmp/body"
      ;;
  esac >"$tmp/edited" </dev/null
}

# The issue of this script, as CHOOSE_ISSUE tells it: a stranger may open one of the same title.
find_issue() {
  case $forge in
    github)
      gh api graphql --paginate --slurp --raw-field "query=$ISSUES" --field 'owner={owner}' --field 'repo={repo}' \
        >"$tmp/list.json" </dev/null
      ;;
    gitlab)
      glab api --method GET "$(project)/issues?state=opened&scope=created_by_me&in=title&search=releaf&per_page=100" \
        >"$tmp/list.json" </dev/null
      ;;
  esac && node -e "$CHOOSE_ISSUE" "$tmp" "$marker"
}

create_issue() {
  case $forge in
    github) gh issue create --title "$title" --body-file "$tmp/body" ;;
    gitlab)
      glab api --method POST "$(project)/issues" --raw-field "title=$title" --field "description=@$tmp/body"
      ;;
  esac >"$tmp/created" </dev/null
}

edit_issue() {
  case $forge in
    github) gh issue edit "$1" --body-file "$tmp/body" ;;
    gitlab) glab api --method PUT "$(project)/issues/$1" --field "description=@$tmp/body" ;;
  esac >"$tmp/edited" </dev/null
}

# ---- branches ------------------------------------------------------------------------------------------------------

# The commit of a branch as it was at the start of this run; nothing where there was none.
tip_of() { git rev-parse --quiet --verify "refs/releaf/$1" || :; }

# Whether this script made a commit: then nobody has added to the branch since.
is_ours() { [ "$(git show --no-patch --format='%ae %ce' "$1")" = "$email $email" ]; }

# What a commit has at a path; nothing where it has nothing.
at() { git rev-parse --quiet --verify "$1:$2" || :; }

# The branch of group $2 in folder $1.
branch_of() {
  if [ "$1" = . ]; then
    say "releaf/$phase/$2"
  else
    say "releaf/$phase/$(slug "$1")/$2"
  fi
}

slug() { printf '%s' "${1#./}" | tr -c 'A-Za-z0-9' '-' | sed 's/^-*//; s/-*$//'; }

# The base as it is, with nothing else in the folder; what git ignores stays, such as node_modules.
start_over() {
  git checkout --quiet --force --detach "$base_commit" && git clean -fdq -- "$folder"
}

# Takes $2, below certificates/, as commit or tree $1 has it.
take() { git restore --source="$1" --staged --worktree -- "${prefix}certificates/$2"; }

# The files of a folder in commit $1, with their modes.
files_of() { git ls-tree "$1:$2" 2>/dev/null | tr '\t' ' ' | cut -d ' ' -f 1,4; }

REQUEST='100644 private-key.yaml
100644 request.pem
100644 request.yaml'

# Takes what a branch of ours adds to certificate $1, and nothing else of it: for `renew` one new revision, so that the
# request under review keeps its key, also when its group has another name by now; for `fetch` the certificate of a
# request in the base.
carry_over() {
  path=${prefix}certificates/$1
  for from in $own; do
    new=
    for revision in $(git ls-tree --name-only "$from:$path" 2>/dev/null | grep -x '[1-9][0-9]*'); do
      each=$path/$revision
      if [ "$phase" = renew ]; then
        [ -n "$(at "$base_commit" "$each")" ] || new="$new $revision"
      elif [ -z "$(at "$base_commit" "$each/certificate.pem")" ] &&
        [ "$(at "$from" "$each/request.pem")" = "$(at "$base_commit" "$each/request.pem")" ] &&
        files_of "$from" "$each" | grep -qx '100644 certificate\.pem'; then
        take "$from" "$1/$revision/certificate.pem" && return
      fi
    done
    new=${new# }
    if [ -n "$new" ] && [ "$(at "$from^" "$path")" = "$(at "$base_commit" "$path")" ] &&
      [ "$(files_of "$from" "$path/$new")" = "$REQUEST" ]; then
      take "$from" "$1/$new" && return
    fi
  done
}

# Back to what is in the index.
step_back() { git checkout --quiet -- "$folder" && git clean -fdq -- "$folder"; }

# Renews all names at once, else each by itself, so that one that fails holds up no other.
renew() {
  run renew -C "$folder" --quiet "$@" && return
  step_back
  for one; do
    if run renew -C "$folder" --quiet "$one"; then
      git add --all -- "$folder"
    else
      complain "$folder: releaf renew $one failed; the others go on without it"
      step_back
    fi
  done
}

# A tree with all that the cluster has signed by now, or a branch has already; all of a folder in one go, and without
# names, for then what nobody has signed yet is no failure.
fetch() {
  while read -r _ names <&4; do
    for name in $names; do
      carry_over "$name"
    done
  done 4<"$tmp/all"
  run fetch -C "$folder" --quiet || complain "$folder: releaf fetch failed; what it could take goes on"
  git add --all -- "$folder" && git write-tree >"$tmp/fetched"
}

# The tree that the branch of a group ought to have.
build() {
  start_over || return
  case $phase in
    renew)
      for name; do carry_over "$name"; done
      renew "$@"
      ;;
    fetch)
      for name; do take "$(cat "$tmp/fetched")" "$name" || return; done
      run synth -C "$folder" --quiet || return
      ;;
  esac
  git add --all -- "$folder" && tree=$(git write-tree)
}

# Title and body for what was built.
describe() {
  title=$(run pr -C "$folder" --base "$base_commit" --out "$tmp/body" --quiet | head -n 1)
  [ -n "$title" ] && [ -s "$tmp/body" ]
}

# Brings the branch and the pull request of a group up to date.
propose() {
  group=$1
  shift
  branch=$(branch_of "$folder" "$group")
  git check-ref-format "refs/heads/$branch" || {
    complain "$branch: is no name for a branch"
    return
  }
  old=$(tip_of "$branch")
  if [ -n "$old" ] && ! is_ours "$old"; then
    say "$branch: has commits of a person; left alone"
    return
  fi
  found=
  if [ "$forge" != none ]; then
    found=$(find_request "$branch") || {
      complain "$branch: cannot list its pull requests"
      return
    }
  fi
  names=$*
  # shellcheck disable=SC2086
  set -- $found
  number=${1:-} state=${2:-} head=${3:-}
  if [ -n "$old" ] && [ "$state" = closed ] && [ "$head" = "$old" ]; then
    say "$branch: pull request $number was closed; left alone until its branch is deleted"
    return
  fi
  # shellcheck disable=SC2086
  build $names || {
    complain "$branch: cannot be made"
    return
  }
  if [ "$tree" = "$(git rev-parse "$base_commit^{tree}")" ]; then
    if [ "$state" = open ]; then
      say "$branch: nothing to propose any more; close pull request $number"
    else
      say "$branch: nothing to propose"
    fi
    return
  fi
  describe || {
    complain "$branch: releaf pr failed"
    return
  }
  case $title in
    'No certificate changes'* | 'Revisions that cannot be read'*)
      complain "$branch: not proposed, for it would say: $title; look with releaf verify, and with releaf synth"
      return
      ;;
  esac
  commit=$old
  if [ -n "$old" ] && [ "$(git rev-parse "$old^" "$old^{tree}")" = "$(printf '%s\n%s' "$base_commit" "$tree")" ]; then
    say "$branch: is up to date"
  else
    push || return
  fi
  case $forge in
    none) leave ;;
    *) request ;;
  esac
}

push() {
  commit=$(
    printf '%s\n' "$title" |
      GIT_AUTHOR_NAME=releaf GIT_AUTHOR_EMAIL=$email GIT_COMMITTER_NAME=releaf GIT_COMMITTER_EMAIL=$email \
        git commit-tree "$tree" -p "$base_commit"
  ) || return
  if git push --quiet --force-with-lease="refs/heads/$branch:$old" "$remote" "$commit:refs/heads/$branch" \
    </dev/null >"$tmp/push" 2>&1; then
    say "$branch: pushed"
    return 0
  fi
  now=$(git ls-remote "$remote" "refs/heads/$branch" </dev/null | cut -f 1)
  if [ "$now" != "$old" ]; then
    say "$branch: another run was faster; left to it"
  else
    cat "$tmp/push" >&2
    complain "$branch: cannot be pushed"
  fi
  return 1
}

# Opens the pull request, or brings its title and body up to date.
request() {
  if [ "$state" != open ]; then
    if create_request "$branch"; then
      say "$branch: opened its pull request"
      return
    fi
    # Another run may have opened it a moment ago.
    found=$(find_request "$branch") || found=
    case $found in
      *" open $commit") number=${found%% *} ;;
      *' open '*)
        say "$branch: another run was faster; left to it"
        return
        ;;
      *)
        complain "$branch: cannot open its pull request; the next run tries again"
        return
        ;;
    esac
  fi
  printf '%s\n' "$title" | cmp -s - "$tmp/their-title" && same_body && return
  if edit_request "$number"; then
    say "$branch: updated pull request $number"
  else
    complain "$branch: cannot edit pull request $number; the next run tries again"
  fi
}

same_body() { [ "$(cat "$tmp/body")" = "$(cat "$tmp/their-body")" ]; }

# Without a forge: title and body as files that no commit picks up.
leave() {
  out=$(git rev-parse --git-path "releaf/$branch") && mkdir -p "$out" &&
    printf '%s\n' "$title" >"$out/title" && cp "$tmp/body" "$out/body.md" &&
    say "$branch: title and body are in $out"
}

# ---- phases --------------------------------------------------------------------------------------------------------

can_reach_cluster() {
  kubeconfig=${KUBECONFIG:-}
  [ -z "$kubeconfig" ] || return 0
  kubeconfig=${RELEAF_KUBECONFIG:-${HOME:-}/.kube/config}
  if [ -n "${RELEAF_KUBECONFIG:-}" ] && [ ! -f "$kubeconfig" ]; then
    kubeconfig=$tmp/kubeconfig
    (umask 077 && say "$RELEAF_KUBECONFIG" >"$kubeconfig")
  fi
  [ -f "$kubeconfig" ]
}

plan_groups() {
  run plan -C "$folder" "$@" >"$tmp/lines" || return
  # These words become names of branches and arguments.
  if grep -q '[^A-Za-z0-9._ -]' "$tmp/lines" || grep -q '\(^\| \)-' "$tmp/lines"; then
    printf 'error: releaf plan prints what is no name\n' >&2
    return 1
  fi
  cat "$tmp/lines"
}

# Names of certificates that a branch brings.
brought_by() {
  [ -z "$1" ] ||
    git diff-tree -r --name-only "$1^" "$1" -- "${prefix}certificates" |
    while read -r changed; do
      changed=${changed#"${prefix}certificates/"}
      say "${changed%%/*}"
    done | sort -u
}

# The groups of a folder, one after the other.
in_folder() {
  folder=$1
  if [ "$folder" = . ]; then prefix=; else prefix=$folder/; fi
  start_over || die "cannot check out $base"
  [ -d "$folder" ] || {
    complain "$folder: $base has no such folder"
    return
  }
  plan_groups --group "$group_by" --step "$step" >"$tmp/all" || {
    complain "$folder: releaf plan failed"
    return
  }
  chosen=
  if [ -n "$max" ]; then
    chosen=$(plan_groups --group none --max "$max" --step "$step") || return
  fi
  [ -s "$tmp/all" ] || say "$folder: nothing to $phase"
  visited=
  if [ "$phase" = fetch ] && [ -s "$tmp/all" ]; then
    fetch || {
      complain "$folder: cannot keep what releaf fetch took"
      return
    }
  fi
  while read -r group names <&3; do
    if [ -n "$max" ]; then
      # What has a pull request stays in it, although others are more urgent by now.
      open=$(brought_by "$(tip_of "$(branch_of "$folder" "$group")")")
      kept=
      for name in $names; do
        # shellcheck disable=SC2086
        if among "$name" $chosen $open; then kept="$kept $name"; fi
      done
      names=$kept
    fi
    # shellcheck disable=SC2086
    [ -z "$names" ] || propose "$group" $names
    visited="$visited refs/releaf/$(branch_of "$folder" "$group")"
  done 3<"$tmp/all"
  tell_left
}

# Branches of groups that are no more: their certificates are in another branch by now, or need nothing.
tell_left() {
  [ "$forge" != none ] || return 0
  for ref in $own; do
    # shellcheck disable=SC2086
    if [ -z "$(brought_by "$ref")" ] || among "$ref" $visited; then continue; fi
    say "${ref#refs/releaf/}: not needed any more; close its pull request and delete the branch"
  done
}

each_folder() {
  [ -z "$(tip_of "releaf/$phase")" ] ||
    die "the branch releaf/$phase is in the way of releaf/$phase/...: rename or delete it"
  # What is proposed already; what nobody was asked to review is made anew.
  own=
  for ref in $(git for-each-ref --format='%(refname)' "refs/releaf/releaf/$phase"); do
    is_ours "$ref" || continue
    if [ "$forge" != none ]; then
      found=$(find_request "${ref#refs/releaf/}") || die "${ref#refs/releaf/}: cannot list its pull requests"
      case $found in
        *" open $(git rev-parse "$ref")") ;;
        *) continue ;;
      esac
    fi
    own="$own $ref"
  done
  slugs=
  for each; do
    each=${each%/}
    name=$(slug "$each")
    # shellcheck disable=SC2086
    if among "=$name" $slugs; then
      complain "$each: another folder has branches of the same name; rename one"
      continue
    fi
    slugs="$slugs =$name"
    in_folder "$each"
  done
}

dashboard() {
  title='releaf: certificates'
  for each; do
    set -- "$@" -C "$each"
    shift
  done
  # What cannot be read is in it too; then it ends with status 1.
  run status --format markdown "$@" >"$tmp/status" || complain 'releaf status failed; what it shows goes on'
  [ -s "$tmp/status" ] || return
  if [ "$forge" = none ]; then
    cat "$tmp/status"
    return
  fi
  marker='<!-- releaf dashboard -->'
  { say "$marker" && cat "$tmp/status"; } >"$tmp/body"
  number=$(find_issue) || {
    complain 'cannot list the issues'
    return
  }
  if [ -z "$number" ]; then
    if create_issue; then say "opened the issue '$title'"; else complain "cannot open the issue '$title'"; fi
    return
  fi
  if same_body; then
    say "issue $number is up to date"
  elif edit_issue "$number"; then
    say "updated issue $number"
  else
    complain "cannot edit issue $number"
  fi
}

# ---- the run -------------------------------------------------------------------------------------------------------

usage() { die "usage: pull-requests.sh renew|fetch|dashboard"; }

prepare() {
  case $forge in
    github) needed='git node gh' ;;
    gitlab) needed='git node glab' ;;
    none) needed='git' ;;
    *) die "RELEAF_FORGE: $forge; it is github, gitlab or none" ;;
  esac
  for program in $needed ${releaf%% *}; do
    command -v "$program" >/dev/null || die "$program: not found"
  done
  cd "$(git rev-parse --show-toplevel)" || exit
  [ -z "$(git status --porcelain)" ] ||
    die "the checkout has changes; commit them, or have git ignore them: $(git status --porcelain | head -n 3)"
  if [ -n "${RELEAF_TOKEN:-}" ]; then
    # From the environment, so that it stands in no file and no argument, and for the host of the remote alone; the
    # empty one forgets what was set before.
    host=$(git remote get-url "$remote" 2>/dev/null || say "$remote")
    host=$(say "$host" | sed -n 's,^\(https\{0\,1\}://\)\([^/@]*@\)\{0\,1\}\([^/]*\).*,\1\3,p')
    export RELEAF_TOKEN RELEAF_TOKEN_USER="${RELEAF_TOKEN_USER:-x-access-token}"
    export GIT_CONFIG_COUNT=2 GIT_CONFIG_KEY_0=credential.helper GIT_CONFIG_VALUE_0=
    export GIT_CONFIG_KEY_1="credential.${host:-https://none.invalid}.helper"
    # shellcheck disable=SC2016
    export GIT_CONFIG_VALUE_1='!f() { [ "$1" != get ] || printf "username=%s\npassword=%s\n" "$RELEAF_TOKEN_USER" "$RELEAF_TOKEN"; }; f'
  fi
  tmp=$(mktemp -d) || exit
  start=$(git symbolic-ref --quiet --short HEAD || git rev-parse HEAD)
  trap clean_up EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
  base=${RELEAF_BASE:-}
  if [ -z "$base" ]; then
    git ls-remote --symref "$remote" HEAD </dev/null >"$tmp/remote" || die 'cannot read from the remote'
    base=$(sed -n 's,^ref: refs/heads/\(.*\)	HEAD$,\1,p' "$tmp/remote")
  fi
  [ -n "$base" ] || die "which branch to merge into? set RELEAF_BASE"
}

# shellcheck disable=SC2317
# The checkout was clean; so all that is new is of this run.
clean_up() {
  [ -z "${folder:-}" ] || git clean -fdq -- "$folder"
  git checkout --quiet --force "$start"
  rm -rf "$tmp"
}

# All that this run goes by, as it is at one moment.
look() {
  depth=
  [ "$(git rev-parse --is-shallow-repository)" = false ] || depth=--depth=2
  # shellcheck disable=SC2086
  git fetch --quiet --no-tags --force --prune $depth "$remote" "refs/heads/$base:refs/releaf/base" \
    'refs/heads/releaf/*:refs/releaf/releaf/*' </dev/null || die "cannot fetch $base from the remote"
  base_commit=$(git rev-parse refs/releaf/base) || exit
}

main() {
  [ $# -eq 1 ] || usage
  phase=$1
  case $phase in
    renew) step=renew ;;
    fetch) step=await ;;
    dashboard) ;;
    *) usage ;;
  esac
  prepare
  if [ "$phase" = fetch ] && ! can_reach_cluster; then
    say 'fetch: skipped, for there is no kubeconfig: set RELEAF_KUBECONFIG, or run releaf fetch --from where the cluster can be reached'
    exit 0
  fi
  look
  git checkout --quiet --force --detach "$base_commit" || exit
  set +f
  # shellcheck disable=SC2086
  set -- ${RELEAF_FOLDERS:-.}
  set -f
  case $phase in
    dashboard) dashboard "$@" ;;
    *) each_folder "$@" ;;
  esac
  exit "$status"
}

# The checkout below may replace this file; so all of it is read by now.
main "$@"
