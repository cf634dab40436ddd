# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_sindri_global_optspecs
    string join \n color= q/quiet v/verbose no-input h/help V/version
end

function __fish_sindri_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_sindri_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_sindri_using_subcommand
    set -l cmd (__fish_sindri_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c sindri -n "__fish_sindri_needs_command" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR`, `TERM=dumb` or `CI` say otherwise'
always\t'Always'
never\t'Never'"
complete -c sindri -n "__fish_sindri_needs_command" -s q -l quiet -d 'Say nothing but what was asked for, and what went wrong'
complete -c sindri -n "__fish_sindri_needs_command" -s v -l verbose -d 'Say more about what is done'
complete -c sindri -n "__fish_sindri_needs_command" -l no-input -d 'Never ask; fail and name the flag that would have answered'
complete -c sindri -n "__fish_sindri_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c sindri -n "__fish_sindri_needs_command" -s V -l version -d 'Print version'
complete -c sindri -n "__fish_sindri_needs_command" -f -a "init" -d 'Write a commented `sindri.yaml`'
complete -c sindri -n "__fish_sindri_needs_command" -f -a "validate" -d 'Check the configuration file, and nothing else'
complete -c sindri -n "__fish_sindri_needs_command" -f -a "render" -d 'Print the Kubernetes objects of the environment'
complete -c sindri -n "__fish_sindri_needs_command" -f -a "plan" -d 'Show what `deploy` would do, and change nothing'
complete -c sindri -n "__fish_sindri_needs_command" -f -a "deploy" -d 'Make the environment what the configuration says'
complete -c sindri -n "__fish_sindri_needs_command" -f -a "apply" -d 'Make the environment what the configuration says'
complete -c sindri -n "__fish_sindri_needs_command" -f -a "status" -d 'Show how the environment is, and why it does not run if it does not'
complete -c sindri -n "__fish_sindri_needs_command" -f -a "list" -d 'Show every environment in the namespace that this account can see'
complete -c sindri -n "__fish_sindri_needs_command" -f -a "ls" -d 'Show every environment in the namespace that this account can see'
complete -c sindri -n "__fish_sindri_needs_command" -f -a "connect" -d 'Open a shell in the environment, or run a command there'
complete -c sindri -n "__fish_sindri_needs_command" -f -a "logs" -d 'Show what the environment\'s program has written'
complete -c sindri -n "__fish_sindri_needs_command" -f -a "stop" -d 'Stop the environment: its pod ends, its volume stays'
complete -c sindri -n "__fish_sindri_needs_command" -f -a "start" -d 'Start a stopped environment, and wait until it is ready'
complete -c sindri -n "__fish_sindri_needs_command" -f -a "restart" -d 'Replace the pod of the environment by a new one: what runs in it ends, the volume stays'
complete -c sindri -n "__fish_sindri_needs_command" -f -a "history" -d 'Show the revisions of the environment: which image, signed by whom, deployed by whom'
complete -c sindri -n "__fish_sindri_needs_command" -f -a "rollback" -d 'Make the environment what it was before: the image and the pod of an earlier revision'
complete -c sindri -n "__fish_sindri_needs_command" -f -a "destroy" -d 'Delete the environment. Its volume is kept, unless `--volumes` deletes it too'
complete -c sindri -n "__fish_sindri_needs_command" -f -a "doctor" -d 'Check all that an environment depends on, and say what mends it'
complete -c sindri -n "__fish_sindri_needs_command" -f -a "image" -d 'Ask registries about images'
complete -c sindri -n "__fish_sindri_needs_command" -f -a "k8s" -d 'Clusters on this machine, made by kind or k3d'
complete -c sindri -n "__fish_sindri_needs_command" -f -a "schema" -d 'Print the JSON Schema of the configuration file, for editors and other programs'
complete -c sindri -n "__fish_sindri_needs_command" -f -a "completion" -d 'Print a completion script for your shell'
complete -c sindri -n "__fish_sindri_needs_command" -f -a "man" -d 'Print a man page: `sindri man | man -l -`'
complete -c sindri -n "__fish_sindri_using_subcommand init" -s f -l file -d 'The file to write; `-` prints it' -r -F
complete -c sindri -n "__fish_sindri_using_subcommand init" -l name -d 'The name of the environment. Default: made from this folder\'s name' -r
complete -c sindri -n "__fish_sindri_using_subcommand init" -l image -d 'The image. Default: the local image `sindri:latest`, on local clusters only' -r
complete -c sindri -n "__fish_sindri_using_subcommand init" -s n -l namespace -d 'The namespace. Default: the context\'s' -r
complete -c sindri -n "__fish_sindri_using_subcommand init" -l memory -d 'The memory. Default: 4GB' -r
complete -c sindri -n "__fish_sindri_using_subcommand init" -l cpus -d 'The processors. Default: 2' -r
complete -c sindri -n "__fish_sindri_using_subcommand init" -l size -d 'The size of the home directory. Default: 10Gi' -r
complete -c sindri -n "__fish_sindri_using_subcommand init" -l profile -d 'The set of tools to install' -r
complete -c sindri -n "__fish_sindri_using_subcommand init" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR`, `TERM=dumb` or `CI` say otherwise'
always\t'Always'
never\t'Never'"
complete -c sindri -n "__fish_sindri_using_subcommand init" -s q -l quiet -d 'Say nothing but what was asked for, and what went wrong'
complete -c sindri -n "__fish_sindri_using_subcommand init" -s v -l verbose -d 'Say more about what is done'
complete -c sindri -n "__fish_sindri_using_subcommand init" -l no-input -d 'Never ask; fail and name the flag that would have answered'
complete -c sindri -n "__fish_sindri_using_subcommand init" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c sindri -n "__fish_sindri_using_subcommand validate" -s f -l file -d 'The configuration; `-` reads standard input. Default: the nearest `sindri.yaml`, from this folder upwards' -r -F
complete -c sindri -n "__fish_sindri_using_subcommand validate" -s o -l output -d 'How to answer' -r -f -a "text\t'For a person, on standard error'
json\t'For a program, on standard output'"
complete -c sindri -n "__fish_sindri_using_subcommand validate" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR`, `TERM=dumb` or `CI` say otherwise'
always\t'Always'
never\t'Never'"
complete -c sindri -n "__fish_sindri_using_subcommand validate" -s q -l quiet -d 'Say nothing but what was asked for, and what went wrong'
complete -c sindri -n "__fish_sindri_using_subcommand validate" -s v -l verbose -d 'Say more about what is done'
complete -c sindri -n "__fish_sindri_using_subcommand validate" -l no-input -d 'Never ask; fail and name the flag that would have answered'
complete -c sindri -n "__fish_sindri_using_subcommand validate" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c sindri -n "__fish_sindri_using_subcommand render" -s f -l file -d 'The configuration; `-` reads standard input. Default: the nearest `sindri.yaml`, from this folder upwards' -r -F
complete -c sindri -n "__fish_sindri_using_subcommand render" -s n -l namespace -d 'The namespace, instead of the file\'s' -r
complete -c sindri -n "__fish_sindri_using_subcommand render" -l insecure-registry -d 'A registry that is spoken to without TLS, for example `registry.internal:5000`; this machine\'s own always are' -r
complete -c sindri -n "__fish_sindri_using_subcommand render" -l timeout -d 'How long the whole command may wait for the registry: 90s, 5m, 1h30m' -r
complete -c sindri -n "__fish_sindri_using_subcommand render" -s o -l output -d 'How to write the objects' -r -f -a "yaml\t'A stream of documents'
json\t'One list'"
complete -c sindri -n "__fish_sindri_using_subcommand render" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR`, `TERM=dumb` or `CI` say otherwise'
always\t'Always'
never\t'Never'"
complete -c sindri -n "__fish_sindri_using_subcommand render" -l pin -d 'Ask the registry which image is meant, and write its digest, as `deploy` does'
complete -c sindri -n "__fish_sindri_using_subcommand render" -l without-namespace -d 'Leave out the namespace itself and its quota: somebody else owns them'
complete -c sindri -n "__fish_sindri_using_subcommand render" -s q -l quiet -d 'Say nothing but what was asked for, and what went wrong'
complete -c sindri -n "__fish_sindri_using_subcommand render" -s v -l verbose -d 'Say more about what is done'
complete -c sindri -n "__fish_sindri_using_subcommand render" -l no-input -d 'Never ask; fail and name the flag that would have answered'
complete -c sindri -n "__fish_sindri_using_subcommand render" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c sindri -n "__fish_sindri_using_subcommand plan" -s f -l file -d 'The configuration; `-` reads standard input. Default: the nearest `sindri.yaml`, from this folder upwards' -r -F
complete -c sindri -n "__fish_sindri_using_subcommand plan" -l kubeconfig -d 'The kubeconfig; default: the files of `KUBECONFIG`, then `~/.kube/config`' -r -F
complete -c sindri -n "__fish_sindri_using_subcommand plan" -l context -d 'The context of the kubeconfig; default: the file\'s, then the current one' -r
complete -c sindri -n "__fish_sindri_using_subcommand plan" -s n -l namespace -d 'The namespace; default: the file\'s, then the context\'s' -r
complete -c sindri -n "__fish_sindri_using_subcommand plan" -l timeout -d 'How long the whole command may wait for the cluster: 90s, 5m, 1h30m' -r
complete -c sindri -n "__fish_sindri_using_subcommand plan" -l concurrency -d 'How many requests may be under way at the same time' -r
complete -c sindri -n "__fish_sindri_using_subcommand plan" -l insecure-registry -d 'A registry that is spoken to without TLS, for example `registry.internal:5000`; this machine\'s own always are' -r
complete -c sindri -n "__fish_sindri_using_subcommand plan" -l out -d 'Save the plan, for `deploy --plan FILE`. Nobody else can read the file, and no Secret is in it' -r -F
complete -c sindri -n "__fish_sindri_using_subcommand plan" -s o -l output -d 'How to write the answer' -r -f -a "text\t'For a person'
json\t'For a program'
yaml\t'For a program'"
complete -c sindri -n "__fish_sindri_using_subcommand plan" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR`, `TERM=dumb` or `CI` say otherwise'
always\t'Always'
never\t'Never'"
complete -c sindri -n "__fish_sindri_using_subcommand plan" -l detailed-exitcode -d 'Exit with 2 if there are changes and with 0 if there are none; what would exit with 2 otherwise exits with 1'
complete -c sindri -n "__fish_sindri_using_subcommand plan" -l force-conflicts -d 'Plan to take fields that belong to other field managers'
complete -c sindri -n "__fish_sindri_using_subcommand plan" -s q -l quiet -d 'Say nothing but what was asked for, and what went wrong'
complete -c sindri -n "__fish_sindri_using_subcommand plan" -s v -l verbose -d 'Say more about what is done'
complete -c sindri -n "__fish_sindri_using_subcommand plan" -l no-input -d 'Never ask; fail and name the flag that would have answered'
complete -c sindri -n "__fish_sindri_using_subcommand plan" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c sindri -n "__fish_sindri_using_subcommand deploy" -s f -l file -d 'The configuration; `-` reads standard input. Default: the nearest `sindri.yaml`, from this folder upwards' -r -F
complete -c sindri -n "__fish_sindri_using_subcommand deploy" -l kubeconfig -d 'The kubeconfig; default: the files of `KUBECONFIG`, then `~/.kube/config`' -r -F
complete -c sindri -n "__fish_sindri_using_subcommand deploy" -l context -d 'The context of the kubeconfig; default: the file\'s, then the current one' -r
complete -c sindri -n "__fish_sindri_using_subcommand deploy" -s n -l namespace -d 'The namespace; default: the file\'s, then the context\'s' -r
complete -c sindri -n "__fish_sindri_using_subcommand deploy" -l timeout -d 'How long the whole command may wait for the cluster: 90s, 5m, 1h30m' -r
complete -c sindri -n "__fish_sindri_using_subcommand deploy" -l concurrency -d 'How many requests may be under way at the same time' -r
complete -c sindri -n "__fish_sindri_using_subcommand deploy" -l insecure-registry -d 'A registry that is spoken to without TLS, for example `registry.internal:5000`; this machine\'s own always are' -r
complete -c sindri -n "__fish_sindri_using_subcommand deploy" -l plan -d 'Apply this saved plan, and ask nothing. If anything has moved since, nothing is changed and the exit code is 5' -r -F
complete -c sindri -n "__fish_sindri_using_subcommand deploy" -s o -l output -d 'How to write the answer' -r -f -a "text\t'For a person'
json\t'For a program'
yaml\t'For a program'"
complete -c sindri -n "__fish_sindri_using_subcommand deploy" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR`, `TERM=dumb` or `CI` say otherwise'
always\t'Always'
never\t'Never'"
complete -c sindri -n "__fish_sindri_using_subcommand deploy" -s y -l yes -l auto-approve -d 'Do not ask'
complete -c sindri -n "__fish_sindri_using_subcommand deploy" -l dry-run -d 'Show the plan and stop, as `sindri plan` does'
complete -c sindri -n "__fish_sindri_using_subcommand deploy" -l force-conflicts -d 'Take fields that belong to other field managers'
complete -c sindri -n "__fish_sindri_using_subcommand deploy" -l wait -d 'Wait until it has happened: ready, stopped or gone. This is the default'
complete -c sindri -n "__fish_sindri_using_subcommand deploy" -l no-wait -d 'Do not wait until it has happened'
complete -c sindri -n "__fish_sindri_using_subcommand deploy" -s q -l quiet -d 'Say nothing but what was asked for, and what went wrong'
complete -c sindri -n "__fish_sindri_using_subcommand deploy" -s v -l verbose -d 'Say more about what is done'
complete -c sindri -n "__fish_sindri_using_subcommand deploy" -l no-input -d 'Never ask; fail and name the flag that would have answered'
complete -c sindri -n "__fish_sindri_using_subcommand deploy" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c sindri -n "__fish_sindri_using_subcommand apply" -s f -l file -d 'The configuration; `-` reads standard input. Default: the nearest `sindri.yaml`, from this folder upwards' -r -F
complete -c sindri -n "__fish_sindri_using_subcommand apply" -l kubeconfig -d 'The kubeconfig; default: the files of `KUBECONFIG`, then `~/.kube/config`' -r -F
complete -c sindri -n "__fish_sindri_using_subcommand apply" -l context -d 'The context of the kubeconfig; default: the file\'s, then the current one' -r
complete -c sindri -n "__fish_sindri_using_subcommand apply" -s n -l namespace -d 'The namespace; default: the file\'s, then the context\'s' -r
complete -c sindri -n "__fish_sindri_using_subcommand apply" -l timeout -d 'How long the whole command may wait for the cluster: 90s, 5m, 1h30m' -r
complete -c sindri -n "__fish_sindri_using_subcommand apply" -l concurrency -d 'How many requests may be under way at the same time' -r
complete -c sindri -n "__fish_sindri_using_subcommand apply" -l insecure-registry -d 'A registry that is spoken to without TLS, for example `registry.internal:5000`; this machine\'s own always are' -r
complete -c sindri -n "__fish_sindri_using_subcommand apply" -l plan -d 'Apply this saved plan, and ask nothing. If anything has moved since, nothing is changed and the exit code is 5' -r -F
complete -c sindri -n "__fish_sindri_using_subcommand apply" -s o -l output -d 'How to write the answer' -r -f -a "text\t'For a person'
json\t'For a program'
yaml\t'For a program'"
complete -c sindri -n "__fish_sindri_using_subcommand apply" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR`, `TERM=dumb` or `CI` say otherwise'
always\t'Always'
never\t'Never'"
complete -c sindri -n "__fish_sindri_using_subcommand apply" -s y -l yes -l auto-approve -d 'Do not ask'
complete -c sindri -n "__fish_sindri_using_subcommand apply" -l dry-run -d 'Show the plan and stop, as `sindri plan` does'
complete -c sindri -n "__fish_sindri_using_subcommand apply" -l force-conflicts -d 'Take fields that belong to other field managers'
complete -c sindri -n "__fish_sindri_using_subcommand apply" -l wait -d 'Wait until it has happened: ready, stopped or gone. This is the default'
complete -c sindri -n "__fish_sindri_using_subcommand apply" -l no-wait -d 'Do not wait until it has happened'
complete -c sindri -n "__fish_sindri_using_subcommand apply" -s q -l quiet -d 'Say nothing but what was asked for, and what went wrong'
complete -c sindri -n "__fish_sindri_using_subcommand apply" -s v -l verbose -d 'Say more about what is done'
complete -c sindri -n "__fish_sindri_using_subcommand apply" -l no-input -d 'Never ask; fail and name the flag that would have answered'
complete -c sindri -n "__fish_sindri_using_subcommand apply" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c sindri -n "__fish_sindri_using_subcommand status" -s f -l file -d 'The configuration; `-` reads standard input. Default: the nearest `sindri.yaml`, from this folder upwards' -r -F
complete -c sindri -n "__fish_sindri_using_subcommand status" -l name -d 'Another environment than that of the configuration, by its name. No configuration is needed then, and none is read unless `--file` names one' -r
complete -c sindri -n "__fish_sindri_using_subcommand status" -l kubeconfig -d 'The kubeconfig; default: the files of `KUBECONFIG`, then `~/.kube/config`' -r -F
complete -c sindri -n "__fish_sindri_using_subcommand status" -l context -d 'The context of the kubeconfig; default: the file\'s, then the current one' -r
complete -c sindri -n "__fish_sindri_using_subcommand status" -s n -l namespace -d 'The namespace; default: the file\'s, then the context\'s' -r
complete -c sindri -n "__fish_sindri_using_subcommand status" -l timeout -d 'How long the whole command may wait for the cluster: 90s, 5m, 1h30m' -r
complete -c sindri -n "__fish_sindri_using_subcommand status" -l concurrency -d 'How many requests may be under way at the same time' -r
complete -c sindri -n "__fish_sindri_using_subcommand status" -s o -l output -d 'How to write the answer' -r -f -a "text\t'For a person'
wide\t'For a person who wants to know more'
json\t'For a program'
yaml\t'For a program'
name\t'Only what it is called'"
complete -c sindri -n "__fish_sindri_using_subcommand status" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR`, `TERM=dumb` or `CI` say otherwise'
always\t'Always'
never\t'Never'"
complete -c sindri -n "__fish_sindri_using_subcommand status" -s w -l watch -d 'Show it again with every change, until Ctrl-C. Where the output is no terminal, a line for each change; as JSON, a document on each line'
complete -c sindri -n "__fish_sindri_using_subcommand status" -l exit-code -d 'Exit with 0 only if it is ready as it was deployed: 10 not deployed, 11 on its way, 12 cannot run, 13 stopped, 14 drifted, 15 being deleted, 16 not to be seen'
complete -c sindri -n "__fish_sindri_using_subcommand status" -s q -l quiet -d 'Say nothing but what was asked for, and what went wrong'
complete -c sindri -n "__fish_sindri_using_subcommand status" -s v -l verbose -d 'Say more about what is done'
complete -c sindri -n "__fish_sindri_using_subcommand status" -l no-input -d 'Never ask; fail and name the flag that would have answered'
complete -c sindri -n "__fish_sindri_using_subcommand status" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c sindri -n "__fish_sindri_using_subcommand list" -s f -l file -d 'The configuration; `-` reads standard input. Default: the nearest `sindri.yaml`, from this folder upwards' -r -F
complete -c sindri -n "__fish_sindri_using_subcommand list" -l kubeconfig -d 'The kubeconfig; default: the files of `KUBECONFIG`, then `~/.kube/config`' -r -F
complete -c sindri -n "__fish_sindri_using_subcommand list" -l context -d 'The context of the kubeconfig; default: the file\'s, then the current one' -r
complete -c sindri -n "__fish_sindri_using_subcommand list" -s n -l namespace -d 'The namespace; default: the file\'s, then the context\'s' -r
complete -c sindri -n "__fish_sindri_using_subcommand list" -l timeout -d 'How long the whole command may wait for the cluster: 90s, 5m, 1h30m' -r
complete -c sindri -n "__fish_sindri_using_subcommand list" -l concurrency -d 'How many requests may be under way at the same time' -r
complete -c sindri -n "__fish_sindri_using_subcommand list" -s o -l output -d 'How to write the answer' -r -f -a "text\t'For a person'
wide\t'For a person who wants to know more'
json\t'For a program'
yaml\t'For a program'
name\t'Only what it is called'"
complete -c sindri -n "__fish_sindri_using_subcommand list" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR`, `TERM=dumb` or `CI` say otherwise'
always\t'Always'
never\t'Never'"
complete -c sindri -n "__fish_sindri_using_subcommand list" -s A -l all-namespaces -d 'In all namespaces'
complete -c sindri -n "__fish_sindri_using_subcommand list" -s q -l quiet -d 'Say nothing but what was asked for, and what went wrong'
complete -c sindri -n "__fish_sindri_using_subcommand list" -s v -l verbose -d 'Say more about what is done'
complete -c sindri -n "__fish_sindri_using_subcommand list" -l no-input -d 'Never ask; fail and name the flag that would have answered'
complete -c sindri -n "__fish_sindri_using_subcommand list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c sindri -n "__fish_sindri_using_subcommand ls" -s f -l file -d 'The configuration; `-` reads standard input. Default: the nearest `sindri.yaml`, from this folder upwards' -r -F
complete -c sindri -n "__fish_sindri_using_subcommand ls" -l kubeconfig -d 'The kubeconfig; default: the files of `KUBECONFIG`, then `~/.kube/config`' -r -F
complete -c sindri -n "__fish_sindri_using_subcommand ls" -l context -d 'The context of the kubeconfig; default: the file\'s, then the current one' -r
complete -c sindri -n "__fish_sindri_using_subcommand ls" -s n -l namespace -d 'The namespace; default: the file\'s, then the context\'s' -r
complete -c sindri -n "__fish_sindri_using_subcommand ls" -l timeout -d 'How long the whole command may wait for the cluster: 90s, 5m, 1h30m' -r
complete -c sindri -n "__fish_sindri_using_subcommand ls" -l concurrency -d 'How many requests may be under way at the same time' -r
complete -c sindri -n "__fish_sindri_using_subcommand ls" -s o -l output -d 'How to write the answer' -r -f -a "text\t'For a person'
wide\t'For a person who wants to know more'
json\t'For a program'
yaml\t'For a program'
name\t'Only what it is called'"
complete -c sindri -n "__fish_sindri_using_subcommand ls" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR`, `TERM=dumb` or `CI` say otherwise'
always\t'Always'
never\t'Never'"
complete -c sindri -n "__fish_sindri_using_subcommand ls" -s A -l all-namespaces -d 'In all namespaces'
complete -c sindri -n "__fish_sindri_using_subcommand ls" -s q -l quiet -d 'Say nothing but what was asked for, and what went wrong'
complete -c sindri -n "__fish_sindri_using_subcommand ls" -s v -l verbose -d 'Say more about what is done'
complete -c sindri -n "__fish_sindri_using_subcommand ls" -l no-input -d 'Never ask; fail and name the flag that would have answered'
complete -c sindri -n "__fish_sindri_using_subcommand ls" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c sindri -n "__fish_sindri_using_subcommand connect" -l forward -d 'Lead a port of this machine to one of the environment, until Ctrl-C: `8080:80`; `8080` alone means both, `0:80` takes a free port here. Can be given more than once. Only programs on this machine can connect to it' -r
complete -c sindri -n "__fish_sindri_using_subcommand connect" -s f -l file -d 'The configuration; `-` reads standard input. Default: the nearest `sindri.yaml`, from this folder upwards' -r -F
complete -c sindri -n "__fish_sindri_using_subcommand connect" -l name -d 'Another environment than that of the configuration, by its name. No configuration is needed then, and none is read unless `--file` names one' -r
complete -c sindri -n "__fish_sindri_using_subcommand connect" -l kubeconfig -d 'The kubeconfig; default: the files of `KUBECONFIG`, then `~/.kube/config`' -r -F
complete -c sindri -n "__fish_sindri_using_subcommand connect" -l context -d 'The context of the kubeconfig; default: the file\'s, then the current one' -r
complete -c sindri -n "__fish_sindri_using_subcommand connect" -s n -l namespace -d 'The namespace; default: the file\'s, then the context\'s' -r
complete -c sindri -n "__fish_sindri_using_subcommand connect" -l timeout -d 'How long the whole command may wait for the cluster: 90s, 5m, 1h30m' -r
complete -c sindri -n "__fish_sindri_using_subcommand connect" -l concurrency -d 'How many requests may be under way at the same time' -r
complete -c sindri -n "__fish_sindri_using_subcommand connect" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR`, `TERM=dumb` or `CI` say otherwise'
always\t'Always'
never\t'Never'"
complete -c sindri -n "__fish_sindri_using_subcommand connect" -l start -d 'Start the environment if it is stopped'
complete -c sindri -n "__fish_sindri_using_subcommand connect" -l ssh -d 'Run `ssh` to the environment\'s SSH server, with the command after `--` if there is one'
complete -c sindri -n "__fish_sindri_using_subcommand connect" -l stdio -d 'Carry standard input and output to and from the environment\'s SSH server: what `ProxyCommand` of `ssh` needs'
complete -c sindri -n "__fish_sindri_using_subcommand connect" -l ssh-config -d 'Print what to add to `~/.ssh/config`, so that `ssh`, `scp`, `rsync` and editors reach the environment'
complete -c sindri -n "__fish_sindri_using_subcommand connect" -l code -d 'Print the command that opens the environment in VS Code'
complete -c sindri -n "__fish_sindri_using_subcommand connect" -s q -l quiet -d 'Say nothing but what was asked for, and what went wrong'
complete -c sindri -n "__fish_sindri_using_subcommand connect" -s v -l verbose -d 'Say more about what is done'
complete -c sindri -n "__fish_sindri_using_subcommand connect" -l no-input -d 'Never ask; fail and name the flag that would have answered'
complete -c sindri -n "__fish_sindri_using_subcommand connect" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c sindri -n "__fish_sindri_using_subcommand logs" -l tail -d 'Only so many lines, from the end' -r
complete -c sindri -n "__fish_sindri_using_subcommand logs" -l since -d 'Only what is not older: 90s, 5m, 1h30m' -r
complete -c sindri -n "__fish_sindri_using_subcommand logs" -s c -l container -d 'Another container than the environment\'s own' -r
complete -c sindri -n "__fish_sindri_using_subcommand logs" -l name -d 'Another environment than that of the configuration, by its name. No configuration is needed then, and none is read unless `--file` names one' -r
complete -c sindri -n "__fish_sindri_using_subcommand logs" -l kubeconfig -d 'The kubeconfig; default: the files of `KUBECONFIG`, then `~/.kube/config`' -r -F
complete -c sindri -n "__fish_sindri_using_subcommand logs" -l context -d 'The context of the kubeconfig; default: the file\'s, then the current one' -r
complete -c sindri -n "__fish_sindri_using_subcommand logs" -s n -l namespace -d 'The namespace; default: the file\'s, then the context\'s' -r
complete -c sindri -n "__fish_sindri_using_subcommand logs" -l timeout -d 'How long the whole command may wait for the cluster: 90s, 5m, 1h30m' -r
complete -c sindri -n "__fish_sindri_using_subcommand logs" -l concurrency -d 'How many requests may be under way at the same time' -r
complete -c sindri -n "__fish_sindri_using_subcommand logs" -l file -d 'The configuration; `-` reads standard input. Default: the nearest `sindri.yaml`, from this folder upwards' -r -F
complete -c sindri -n "__fish_sindri_using_subcommand logs" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR`, `TERM=dumb` or `CI` say otherwise'
always\t'Always'
never\t'Never'"
complete -c sindri -n "__fish_sindri_using_subcommand logs" -s f -l follow -d 'Go on with what is written from now on, until Ctrl-C'
complete -c sindri -n "__fish_sindri_using_subcommand logs" -l previous -d 'The run before the present one'
complete -c sindri -n "__fish_sindri_using_subcommand logs" -l timestamps -d 'With the time that each line was written'
complete -c sindri -n "__fish_sindri_using_subcommand logs" -s q -l quiet -d 'Say nothing but what was asked for, and what went wrong'
complete -c sindri -n "__fish_sindri_using_subcommand logs" -s v -l verbose -d 'Say more about what is done'
complete -c sindri -n "__fish_sindri_using_subcommand logs" -l no-input -d 'Never ask; fail and name the flag that would have answered'
complete -c sindri -n "__fish_sindri_using_subcommand logs" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c sindri -n "__fish_sindri_using_subcommand stop" -s f -l file -d 'The configuration; `-` reads standard input. Default: the nearest `sindri.yaml`, from this folder upwards' -r -F
complete -c sindri -n "__fish_sindri_using_subcommand stop" -l name -d 'Another environment than that of the configuration, by its name. No configuration is needed then, and none is read unless `--file` names one' -r
complete -c sindri -n "__fish_sindri_using_subcommand stop" -l kubeconfig -d 'The kubeconfig; default: the files of `KUBECONFIG`, then `~/.kube/config`' -r -F
complete -c sindri -n "__fish_sindri_using_subcommand stop" -l context -d 'The context of the kubeconfig; default: the file\'s, then the current one' -r
complete -c sindri -n "__fish_sindri_using_subcommand stop" -s n -l namespace -d 'The namespace; default: the file\'s, then the context\'s' -r
complete -c sindri -n "__fish_sindri_using_subcommand stop" -l timeout -d 'How long the whole command may wait for the cluster: 90s, 5m, 1h30m' -r
complete -c sindri -n "__fish_sindri_using_subcommand stop" -l concurrency -d 'How many requests may be under way at the same time' -r
complete -c sindri -n "__fish_sindri_using_subcommand stop" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR`, `TERM=dumb` or `CI` say otherwise'
always\t'Always'
never\t'Never'"
complete -c sindri -n "__fish_sindri_using_subcommand stop" -l wait -d 'Wait until it has happened: ready, stopped or gone. This is the default'
complete -c sindri -n "__fish_sindri_using_subcommand stop" -l no-wait -d 'Do not wait until it has happened'
complete -c sindri -n "__fish_sindri_using_subcommand stop" -s q -l quiet -d 'Say nothing but what was asked for, and what went wrong'
complete -c sindri -n "__fish_sindri_using_subcommand stop" -s v -l verbose -d 'Say more about what is done'
complete -c sindri -n "__fish_sindri_using_subcommand stop" -l no-input -d 'Never ask; fail and name the flag that would have answered'
complete -c sindri -n "__fish_sindri_using_subcommand stop" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c sindri -n "__fish_sindri_using_subcommand start" -s f -l file -d 'The configuration; `-` reads standard input. Default: the nearest `sindri.yaml`, from this folder upwards' -r -F
complete -c sindri -n "__fish_sindri_using_subcommand start" -l name -d 'Another environment than that of the configuration, by its name. No configuration is needed then, and none is read unless `--file` names one' -r
complete -c sindri -n "__fish_sindri_using_subcommand start" -l kubeconfig -d 'The kubeconfig; default: the files of `KUBECONFIG`, then `~/.kube/config`' -r -F
complete -c sindri -n "__fish_sindri_using_subcommand start" -l context -d 'The context of the kubeconfig; default: the file\'s, then the current one' -r
complete -c sindri -n "__fish_sindri_using_subcommand start" -s n -l namespace -d 'The namespace; default: the file\'s, then the context\'s' -r
complete -c sindri -n "__fish_sindri_using_subcommand start" -l timeout -d 'How long the whole command may wait for the cluster: 90s, 5m, 1h30m' -r
complete -c sindri -n "__fish_sindri_using_subcommand start" -l concurrency -d 'How many requests may be under way at the same time' -r
complete -c sindri -n "__fish_sindri_using_subcommand start" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR`, `TERM=dumb` or `CI` say otherwise'
always\t'Always'
never\t'Never'"
complete -c sindri -n "__fish_sindri_using_subcommand start" -l wait -d 'Wait until it has happened: ready, stopped or gone. This is the default'
complete -c sindri -n "__fish_sindri_using_subcommand start" -l no-wait -d 'Do not wait until it has happened'
complete -c sindri -n "__fish_sindri_using_subcommand start" -s q -l quiet -d 'Say nothing but what was asked for, and what went wrong'
complete -c sindri -n "__fish_sindri_using_subcommand start" -s v -l verbose -d 'Say more about what is done'
complete -c sindri -n "__fish_sindri_using_subcommand start" -l no-input -d 'Never ask; fail and name the flag that would have answered'
complete -c sindri -n "__fish_sindri_using_subcommand start" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c sindri -n "__fish_sindri_using_subcommand restart" -s f -l file -d 'The configuration; `-` reads standard input. Default: the nearest `sindri.yaml`, from this folder upwards' -r -F
complete -c sindri -n "__fish_sindri_using_subcommand restart" -l name -d 'Another environment than that of the configuration, by its name. No configuration is needed then, and none is read unless `--file` names one' -r
complete -c sindri -n "__fish_sindri_using_subcommand restart" -l kubeconfig -d 'The kubeconfig; default: the files of `KUBECONFIG`, then `~/.kube/config`' -r -F
complete -c sindri -n "__fish_sindri_using_subcommand restart" -l context -d 'The context of the kubeconfig; default: the file\'s, then the current one' -r
complete -c sindri -n "__fish_sindri_using_subcommand restart" -s n -l namespace -d 'The namespace; default: the file\'s, then the context\'s' -r
complete -c sindri -n "__fish_sindri_using_subcommand restart" -l timeout -d 'How long the whole command may wait for the cluster: 90s, 5m, 1h30m' -r
complete -c sindri -n "__fish_sindri_using_subcommand restart" -l concurrency -d 'How many requests may be under way at the same time' -r
complete -c sindri -n "__fish_sindri_using_subcommand restart" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR`, `TERM=dumb` or `CI` say otherwise'
always\t'Always'
never\t'Never'"
complete -c sindri -n "__fish_sindri_using_subcommand restart" -l wait -d 'Wait until it has happened: ready, stopped or gone. This is the default'
complete -c sindri -n "__fish_sindri_using_subcommand restart" -l no-wait -d 'Do not wait until it has happened'
complete -c sindri -n "__fish_sindri_using_subcommand restart" -s q -l quiet -d 'Say nothing but what was asked for, and what went wrong'
complete -c sindri -n "__fish_sindri_using_subcommand restart" -s v -l verbose -d 'Say more about what is done'
complete -c sindri -n "__fish_sindri_using_subcommand restart" -l no-input -d 'Never ask; fail and name the flag that would have answered'
complete -c sindri -n "__fish_sindri_using_subcommand restart" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c sindri -n "__fish_sindri_using_subcommand history" -s f -l file -d 'The configuration; `-` reads standard input. Default: the nearest `sindri.yaml`, from this folder upwards' -r -F
complete -c sindri -n "__fish_sindri_using_subcommand history" -l name -d 'Another environment than that of the configuration, by its name. No configuration is needed then, and none is read unless `--file` names one' -r
complete -c sindri -n "__fish_sindri_using_subcommand history" -l kubeconfig -d 'The kubeconfig; default: the files of `KUBECONFIG`, then `~/.kube/config`' -r -F
complete -c sindri -n "__fish_sindri_using_subcommand history" -l context -d 'The context of the kubeconfig; default: the file\'s, then the current one' -r
complete -c sindri -n "__fish_sindri_using_subcommand history" -s n -l namespace -d 'The namespace; default: the file\'s, then the context\'s' -r
complete -c sindri -n "__fish_sindri_using_subcommand history" -l timeout -d 'How long the whole command may wait for the cluster: 90s, 5m, 1h30m' -r
complete -c sindri -n "__fish_sindri_using_subcommand history" -l concurrency -d 'How many requests may be under way at the same time' -r
complete -c sindri -n "__fish_sindri_using_subcommand history" -s o -l output -d 'How to write it' -r -f -a "text\t'For a person'
wide\t'For a person who wants to know more'
json\t'For a program'
yaml\t'For a program'"
complete -c sindri -n "__fish_sindri_using_subcommand history" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR`, `TERM=dumb` or `CI` say otherwise'
always\t'Always'
never\t'Never'"
complete -c sindri -n "__fish_sindri_using_subcommand history" -s q -l quiet -d 'Say nothing but what was asked for, and what went wrong'
complete -c sindri -n "__fish_sindri_using_subcommand history" -s v -l verbose -d 'Say more about what is done'
complete -c sindri -n "__fish_sindri_using_subcommand history" -l no-input -d 'Never ask; fail and name the flag that would have answered'
complete -c sindri -n "__fish_sindri_using_subcommand history" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c sindri -n "__fish_sindri_using_subcommand rollback" -s f -l file -d 'The configuration; `-` reads standard input. Default: the nearest `sindri.yaml`, from this folder upwards' -r -F
complete -c sindri -n "__fish_sindri_using_subcommand rollback" -l kubeconfig -d 'The kubeconfig; default: the files of `KUBECONFIG`, then `~/.kube/config`' -r -F
complete -c sindri -n "__fish_sindri_using_subcommand rollback" -l context -d 'The context of the kubeconfig; default: the file\'s, then the current one' -r
complete -c sindri -n "__fish_sindri_using_subcommand rollback" -s n -l namespace -d 'The namespace; default: the file\'s, then the context\'s' -r
complete -c sindri -n "__fish_sindri_using_subcommand rollback" -l timeout -d 'How long the whole command may wait for the cluster: 90s, 5m, 1h30m' -r
complete -c sindri -n "__fish_sindri_using_subcommand rollback" -l concurrency -d 'How many requests may be under way at the same time' -r
complete -c sindri -n "__fish_sindri_using_subcommand rollback" -l insecure-registry -d 'A registry that is spoken to without TLS, for example `registry.internal:5000`; this machine\'s own always are' -r
complete -c sindri -n "__fish_sindri_using_subcommand rollback" -l to -d 'The revision to go back to, as `sindri history` numbers them; default: the one before that differs' -r
complete -c sindri -n "__fish_sindri_using_subcommand rollback" -s o -l output -d 'How to write the answer' -r -f -a "text\t'For a person'
json\t'For a program'
yaml\t'For a program'"
complete -c sindri -n "__fish_sindri_using_subcommand rollback" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR`, `TERM=dumb` or `CI` say otherwise'
always\t'Always'
never\t'Never'"
complete -c sindri -n "__fish_sindri_using_subcommand rollback" -s y -l yes -l auto-approve -d 'Do not ask'
complete -c sindri -n "__fish_sindri_using_subcommand rollback" -l dry-run -d 'Show the plan and stop'
complete -c sindri -n "__fish_sindri_using_subcommand rollback" -l force-conflicts -d 'Take fields that belong to other field managers'
complete -c sindri -n "__fish_sindri_using_subcommand rollback" -l wait -d 'Wait until it has happened: ready, stopped or gone. This is the default'
complete -c sindri -n "__fish_sindri_using_subcommand rollback" -l no-wait -d 'Do not wait until it has happened'
complete -c sindri -n "__fish_sindri_using_subcommand rollback" -s q -l quiet -d 'Say nothing but what was asked for, and what went wrong'
complete -c sindri -n "__fish_sindri_using_subcommand rollback" -s v -l verbose -d 'Say more about what is done'
complete -c sindri -n "__fish_sindri_using_subcommand rollback" -l no-input -d 'Never ask; fail and name the flag that would have answered'
complete -c sindri -n "__fish_sindri_using_subcommand rollback" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c sindri -n "__fish_sindri_using_subcommand destroy" -s f -l file -d 'The configuration; `-` reads standard input. Default: the nearest `sindri.yaml`, from this folder upwards' -r -F
complete -c sindri -n "__fish_sindri_using_subcommand destroy" -l name -d 'Another environment than that of the configuration, by its name. No configuration is needed then, and none is read unless `--file` names one' -r
complete -c sindri -n "__fish_sindri_using_subcommand destroy" -l kubeconfig -d 'The kubeconfig; default: the files of `KUBECONFIG`, then `~/.kube/config`' -r -F
complete -c sindri -n "__fish_sindri_using_subcommand destroy" -l context -d 'The context of the kubeconfig; default: the file\'s, then the current one' -r
complete -c sindri -n "__fish_sindri_using_subcommand destroy" -s n -l namespace -d 'The namespace; default: the file\'s, then the context\'s' -r
complete -c sindri -n "__fish_sindri_using_subcommand destroy" -l timeout -d 'How long the whole command may wait for the cluster: 90s, 5m, 1h30m' -r
complete -c sindri -n "__fish_sindri_using_subcommand destroy" -l concurrency -d 'How many requests may be under way at the same time' -r
complete -c sindri -n "__fish_sindri_using_subcommand destroy" -s o -l output -d 'How to write the answer' -r -f -a "text\t'For a person'
json\t'For a program'
yaml\t'For a program'"
complete -c sindri -n "__fish_sindri_using_subcommand destroy" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR`, `TERM=dumb` or `CI` say otherwise'
always\t'Always'
never\t'Never'"
complete -c sindri -n "__fish_sindri_using_subcommand destroy" -l volumes -d 'Delete the volume too, with everything that is on it'
complete -c sindri -n "__fish_sindri_using_subcommand destroy" -s y -l yes -l auto-approve -d 'Do not ask'
complete -c sindri -n "__fish_sindri_using_subcommand destroy" -l dry-run -d 'Show what would go and what would stay, and stop'
complete -c sindri -n "__fish_sindri_using_subcommand destroy" -l wait -d 'Wait until it has happened: ready, stopped or gone. This is the default'
complete -c sindri -n "__fish_sindri_using_subcommand destroy" -l no-wait -d 'Do not wait until it has happened'
complete -c sindri -n "__fish_sindri_using_subcommand destroy" -s q -l quiet -d 'Say nothing but what was asked for, and what went wrong'
complete -c sindri -n "__fish_sindri_using_subcommand destroy" -s v -l verbose -d 'Say more about what is done'
complete -c sindri -n "__fish_sindri_using_subcommand destroy" -l no-input -d 'Never ask; fail and name the flag that would have answered'
complete -c sindri -n "__fish_sindri_using_subcommand destroy" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c sindri -n "__fish_sindri_using_subcommand doctor" -s f -l file -d 'The configuration; `-` reads standard input. Default: the nearest `sindri.yaml`, from this folder upwards' -r -F
complete -c sindri -n "__fish_sindri_using_subcommand doctor" -l kubeconfig -d 'The kubeconfig; default: the files of `KUBECONFIG`, then `~/.kube/config`' -r -F
complete -c sindri -n "__fish_sindri_using_subcommand doctor" -l context -d 'The context of the kubeconfig; default: the file\'s, then the current one' -r
complete -c sindri -n "__fish_sindri_using_subcommand doctor" -s n -l namespace -d 'The namespace; default: the file\'s, then the context\'s' -r
complete -c sindri -n "__fish_sindri_using_subcommand doctor" -l timeout -d 'How long the whole command may wait for the cluster: 90s, 5m, 1h30m' -r
complete -c sindri -n "__fish_sindri_using_subcommand doctor" -l concurrency -d 'How many requests may be under way at the same time' -r
complete -c sindri -n "__fish_sindri_using_subcommand doctor" -l insecure-registry -d 'A registry that is spoken to without TLS, for example `registry.internal:5000`; this machine\'s own always are' -r
complete -c sindri -n "__fish_sindri_using_subcommand doctor" -s o -l output -d 'How to write the answer' -r -f -a "text\t'For a person'
json\t'For a program'
yaml\t'For a program'"
complete -c sindri -n "__fish_sindri_using_subcommand doctor" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR`, `TERM=dumb` or `CI` say otherwise'
always\t'Always'
never\t'Never'"
complete -c sindri -n "__fish_sindri_using_subcommand doctor" -s q -l quiet -d 'Say nothing but what was asked for, and what went wrong'
complete -c sindri -n "__fish_sindri_using_subcommand doctor" -s v -l verbose -d 'Say more about what is done'
complete -c sindri -n "__fish_sindri_using_subcommand doctor" -l no-input -d 'Never ask; fail and name the flag that would have answered'
complete -c sindri -n "__fish_sindri_using_subcommand doctor" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c sindri -n "__fish_sindri_using_subcommand image; and not __fish_seen_subcommand_from resolve verify" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR`, `TERM=dumb` or `CI` say otherwise'
always\t'Always'
never\t'Never'"
complete -c sindri -n "__fish_sindri_using_subcommand image; and not __fish_seen_subcommand_from resolve verify" -s q -l quiet -d 'Say nothing but what was asked for, and what went wrong'
complete -c sindri -n "__fish_sindri_using_subcommand image; and not __fish_seen_subcommand_from resolve verify" -s v -l verbose -d 'Say more about what is done'
complete -c sindri -n "__fish_sindri_using_subcommand image; and not __fish_seen_subcommand_from resolve verify" -l no-input -d 'Never ask; fail and name the flag that would have answered'
complete -c sindri -n "__fish_sindri_using_subcommand image; and not __fish_seen_subcommand_from resolve verify" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c sindri -n "__fish_sindri_using_subcommand image; and not __fish_seen_subcommand_from resolve verify" -f -a "resolve" -d 'Show which image a reference or a configuration means now'
complete -c sindri -n "__fish_sindri_using_subcommand image; and not __fish_seen_subcommand_from resolve verify" -f -a "verify" -d 'Show who vouches for the image of a configuration'
complete -c sindri -n "__fish_sindri_using_subcommand image; and __fish_seen_subcommand_from resolve" -s f -l file -d 'The configuration; `-` reads standard input. Default: the nearest `sindri.yaml`, from this folder upwards' -r -F
complete -c sindri -n "__fish_sindri_using_subcommand image; and __fish_seen_subcommand_from resolve" -l insecure-registry -d 'A registry that is spoken to without TLS, for example `registry.internal:5000`; this machine\'s own always are' -r
complete -c sindri -n "__fish_sindri_using_subcommand image; and __fish_seen_subcommand_from resolve" -l timeout -d 'How long the whole command may wait for the registry: 90s, 5m, 1h30m' -r
complete -c sindri -n "__fish_sindri_using_subcommand image; and __fish_seen_subcommand_from resolve" -s o -l output -d 'How to write the answer' -r -f -a "text\t'For a person'
json\t'For a program'
yaml\t'For a program'"
complete -c sindri -n "__fish_sindri_using_subcommand image; and __fish_seen_subcommand_from resolve" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR`, `TERM=dumb` or `CI` say otherwise'
always\t'Always'
never\t'Never'"
complete -c sindri -n "__fish_sindri_using_subcommand image; and __fish_seen_subcommand_from resolve" -s q -l quiet -d 'Say nothing but what was asked for, and what went wrong'
complete -c sindri -n "__fish_sindri_using_subcommand image; and __fish_seen_subcommand_from resolve" -s v -l verbose -d 'Say more about what is done'
complete -c sindri -n "__fish_sindri_using_subcommand image; and __fish_seen_subcommand_from resolve" -l no-input -d 'Never ask; fail and name the flag that would have answered'
complete -c sindri -n "__fish_sindri_using_subcommand image; and __fish_seen_subcommand_from resolve" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c sindri -n "__fish_sindri_using_subcommand image; and __fish_seen_subcommand_from verify" -s f -l file -d 'The configuration; `-` reads standard input. Default: the nearest `sindri.yaml`, from this folder upwards' -r -F
complete -c sindri -n "__fish_sindri_using_subcommand image; and __fish_seen_subcommand_from verify" -l insecure-registry -d 'A registry that is spoken to without TLS, for example `registry.internal:5000`; this machine\'s own always are' -r
complete -c sindri -n "__fish_sindri_using_subcommand image; and __fish_seen_subcommand_from verify" -l timeout -d 'How long the whole command may wait for the registry: 90s, 5m, 1h30m' -r
complete -c sindri -n "__fish_sindri_using_subcommand image; and __fish_seen_subcommand_from verify" -s o -l output -d 'How to write the answer' -r -f -a "text\t'For a person'
json\t'For a program'
yaml\t'For a program'"
complete -c sindri -n "__fish_sindri_using_subcommand image; and __fish_seen_subcommand_from verify" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR`, `TERM=dumb` or `CI` say otherwise'
always\t'Always'
never\t'Never'"
complete -c sindri -n "__fish_sindri_using_subcommand image; and __fish_seen_subcommand_from verify" -s q -l quiet -d 'Say nothing but what was asked for, and what went wrong'
complete -c sindri -n "__fish_sindri_using_subcommand image; and __fish_seen_subcommand_from verify" -s v -l verbose -d 'Say more about what is done'
complete -c sindri -n "__fish_sindri_using_subcommand image; and __fish_seen_subcommand_from verify" -l no-input -d 'Never ask; fail and name the flag that would have answered'
complete -c sindri -n "__fish_sindri_using_subcommand image; and __fish_seen_subcommand_from verify" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c sindri -n "__fish_sindri_using_subcommand k8s; and not __fish_seen_subcommand_from install create list ls status delete start stop kubeconfig load" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR`, `TERM=dumb` or `CI` say otherwise'
always\t'Always'
never\t'Never'"
complete -c sindri -n "__fish_sindri_using_subcommand k8s; and not __fish_seen_subcommand_from install create list ls status delete start stop kubeconfig load" -s q -l quiet -d 'Say nothing but what was asked for, and what went wrong'
complete -c sindri -n "__fish_sindri_using_subcommand k8s; and not __fish_seen_subcommand_from install create list ls status delete start stop kubeconfig load" -s v -l verbose -d 'Say more about what is done'
complete -c sindri -n "__fish_sindri_using_subcommand k8s; and not __fish_seen_subcommand_from install create list ls status delete start stop kubeconfig load" -l no-input -d 'Never ask; fail and name the flag that would have answered'
complete -c sindri -n "__fish_sindri_using_subcommand k8s; and not __fish_seen_subcommand_from install create list ls status delete start stop kubeconfig load" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c sindri -n "__fish_sindri_using_subcommand k8s; and not __fish_seen_subcommand_from install create list ls status delete start stop kubeconfig load" -f -a "install" -d 'Install a program that makes clusters: a pinned version, verified by a checksum that is built in'
complete -c sindri -n "__fish_sindri_using_subcommand k8s; and not __fish_seen_subcommand_from install create list ls status delete start stop kubeconfig load" -f -a "create" -d 'Make a cluster on this machine with kind or k3d, and the context that leads to it'
complete -c sindri -n "__fish_sindri_using_subcommand k8s; and not __fish_seen_subcommand_from install create list ls status delete start stop kubeconfig load" -f -a "list" -d 'Show the clusters on this machine, of kind and of k3d'
complete -c sindri -n "__fish_sindri_using_subcommand k8s; and not __fish_seen_subcommand_from install create list ls status delete start stop kubeconfig load" -f -a "ls" -d 'Show the clusters on this machine, of kind and of k3d'
complete -c sindri -n "__fish_sindri_using_subcommand k8s; and not __fish_seen_subcommand_from install create list ls status delete start stop kubeconfig load" -f -a "status" -d 'Show a cluster on this machine: its nodes, its registry, its context, and the environments in it'
complete -c sindri -n "__fish_sindri_using_subcommand k8s; and not __fish_seen_subcommand_from install create list ls status delete start stop kubeconfig load" -f -a "delete" -d 'Delete clusters on this machine, with everything in them'
complete -c sindri -n "__fish_sindri_using_subcommand k8s; and not __fish_seen_subcommand_from install create list ls status delete start stop kubeconfig load" -f -a "start" -d 'Start a cluster on this machine that is stopped, and wait until its nodes are ready'
complete -c sindri -n "__fish_sindri_using_subcommand k8s; and not __fish_seen_subcommand_from install create list ls status delete start stop kubeconfig load" -f -a "stop" -d 'Stop a cluster on this machine. Everything in it is kept'
complete -c sindri -n "__fish_sindri_using_subcommand k8s; and not __fish_seen_subcommand_from install create list ls status delete start stop kubeconfig load" -f -a "kubeconfig" -d 'Print the kubeconfig of a cluster on this machine, or write it into yours'
complete -c sindri -n "__fish_sindri_using_subcommand k8s; and not __fish_seen_subcommand_from install create list ls status delete start stop kubeconfig load" -f -a "load" -d 'Load images of this machine into all nodes of a local cluster'
complete -c sindri -n "__fish_sindri_using_subcommand k8s; and __fish_seen_subcommand_from install" -l version -d 'Another version than the pinned one. Needs `--sha256`' -r
complete -c sindri -n "__fish_sindri_using_subcommand k8s; and __fish_seen_subcommand_from install" -l dir -d 'The folder to install it in. Default: `~/.local/bin`' -r -F
complete -c sindri -n "__fish_sindri_using_subcommand k8s; and __fish_seen_subcommand_from install" -l sha256 -d 'The SHA-256 that the file has to have: 64 hexadecimal digits' -r
complete -c sindri -n "__fish_sindri_using_subcommand k8s; and __fish_seen_subcommand_from install" -l base-url -d 'A mirror to download from, laid out as `https://github.com` is: `https://…`, `http://…` or `file:///…`' -r
complete -c sindri -n "__fish_sindri_using_subcommand k8s; and __fish_seen_subcommand_from install" -s o -l output -d 'How to write the answer' -r -f -a "text\t'For a person'
json\t'For a program'
yaml\t'For a program'"
complete -c sindri -n "__fish_sindri_using_subcommand k8s; and __fish_seen_subcommand_from install" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR`, `TERM=dumb` or `CI` say otherwise'
always\t'Always'
never\t'Never'"
complete -c sindri -n "__fish_sindri_using_subcommand k8s; and __fish_seen_subcommand_from install" -s q -l quiet -d 'Say nothing but what was asked for, and what went wrong'
complete -c sindri -n "__fish_sindri_using_subcommand k8s; and __fish_seen_subcommand_from install" -s v -l verbose -d 'Say more about what is done'
complete -c sindri -n "__fish_sindri_using_subcommand k8s; and __fish_seen_subcommand_from install" -l no-input -d 'Never ask; fail and name the flag that would have answered'
complete -c sindri -n "__fish_sindri_using_subcommand k8s; and __fish_seen_subcommand_from install" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c sindri -n "__fish_sindri_using_subcommand k8s; and __fish_seen_subcommand_from create" -l provider -d 'Who makes it; default: the one that is installed, kind first' -r -f -a "kind\t'Upstream\'s own Kubernetes in containers'
k3d\t'k3s in containers'"
complete -c sindri -n "__fish_sindri_using_subcommand k8s; and __fish_seen_subcommand_from create" -l name -d 'The name of the cluster; default: the file\'s own, then `sindri-local`' -r
complete -c sindri -n "__fish_sindri_using_subcommand k8s; and __fish_seen_subcommand_from create" -l nodes -d 'How many nodes: one runs the control plane, all others are workers; default: 1' -r
complete -c sindri -n "__fish_sindri_using_subcommand k8s; and __fish_seen_subcommand_from create" -l k8s-version -d 'The version of Kubernetes, for example 1.34.0; default: the provider\'s own' -r
complete -c sindri -n "__fish_sindri_using_subcommand k8s; and __fish_seen_subcommand_from create" -l image -d 'What the nodes are made from; default: `SINDRI_KIND_IMAGE` or `SINDRI_K3D_IMAGE`, then the provider\'s own' -r
complete -c sindri -n "__fish_sindri_using_subcommand k8s; and __fish_seen_subcommand_from create" -l kind-image -d 'The default of `--image` with kind' -r
complete -c sindri -n "__fish_sindri_using_subcommand k8s; and __fish_seen_subcommand_from create" -l k3d-image -d 'The default of `--image` with k3d' -r
complete -c sindri -n "__fish_sindri_using_subcommand k8s; and __fish_seen_subcommand_from create" -l registry -d 'A registry at this port of 127.0.0.1, which all clusters that ask for it share; default: 5001' -r
complete -c sindri -n "__fish_sindri_using_subcommand k8s; and __fish_seen_subcommand_from create" -l registry-image -d 'What the registry is made from' -r
complete -c sindri -n "__fish_sindri_using_subcommand k8s; and __fish_seen_subcommand_from create" -l wait -d 'How long to wait until the nodes are ready: 90s, 5m, 1h30m' -r
complete -c sindri -n "__fish_sindri_using_subcommand k8s; and __fish_seen_subcommand_from create" -l config -d 'A configuration of the provider\'s own: a `Cluster` of kind, a `Simple` of k3d' -r -F
complete -c sindri -n "__fish_sindri_using_subcommand k8s; and __fish_seen_subcommand_from create" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR`, `TERM=dumb` or `CI` say otherwise'
always\t'Always'
never\t'Never'"
complete -c sindri -n "__fish_sindri_using_subcommand k8s; and __fish_seen_subcommand_from create" -l retain -d 'Keep what fails, to look at it'
complete -c sindri -n "__fish_sindri_using_subcommand k8s; and __fish_seen_subcommand_from create" -l no-switch -d 'Leave the current context as it is'
complete -c sindri -n "__fish_sindri_using_subcommand k8s; and __fish_seen_subcommand_from create" -s q -l quiet -d 'Say nothing but what was asked for, and what went wrong'
complete -c sindri -n "__fish_sindri_using_subcommand k8s; and __fish_seen_subcommand_from create" -s v -l verbose -d 'Say more about what is done'
complete -c sindri -n "__fish_sindri_using_subcommand k8s; and __fish_seen_subcommand_from create" -l no-input -d 'Never ask; fail and name the flag that would have answered'
complete -c sindri -n "__fish_sindri_using_subcommand k8s; and __fish_seen_subcommand_from create" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c sindri -n "__fish_sindri_using_subcommand k8s; and __fish_seen_subcommand_from list" -s o -l output -d 'How to write the answer' -r -f -a "text\t'For a person'
wide\t'For a person who wants to know more'
json\t'For a program'
yaml\t'For a program'
name\t'Only what it is called'"
complete -c sindri -n "__fish_sindri_using_subcommand k8s; and __fish_seen_subcommand_from list" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR`, `TERM=dumb` or `CI` say otherwise'
always\t'Always'
never\t'Never'"
complete -c sindri -n "__fish_sindri_using_subcommand k8s; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Say nothing but what was asked for, and what went wrong'
complete -c sindri -n "__fish_sindri_using_subcommand k8s; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Say more about what is done'
complete -c sindri -n "__fish_sindri_using_subcommand k8s; and __fish_seen_subcommand_from list" -l no-input -d 'Never ask; fail and name the flag that would have answered'
complete -c sindri -n "__fish_sindri_using_subcommand k8s; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c sindri -n "__fish_sindri_using_subcommand k8s; and __fish_seen_subcommand_from ls" -s o -l output -d 'How to write the answer' -r -f -a "text\t'For a person'
wide\t'For a person who wants to know more'
json\t'For a program'
yaml\t'For a program'
name\t'Only what it is called'"
complete -c sindri -n "__fish_sindri_using_subcommand k8s; and __fish_seen_subcommand_from ls" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR`, `TERM=dumb` or `CI` say otherwise'
always\t'Always'
never\t'Never'"
complete -c sindri -n "__fish_sindri_using_subcommand k8s; and __fish_seen_subcommand_from ls" -s q -l quiet -d 'Say nothing but what was asked for, and what went wrong'
complete -c sindri -n "__fish_sindri_using_subcommand k8s; and __fish_seen_subcommand_from ls" -s v -l verbose -d 'Say more about what is done'
complete -c sindri -n "__fish_sindri_using_subcommand k8s; and __fish_seen_subcommand_from ls" -l no-input -d 'Never ask; fail and name the flag that would have answered'
complete -c sindri -n "__fish_sindri_using_subcommand k8s; and __fish_seen_subcommand_from ls" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c sindri -n "__fish_sindri_using_subcommand k8s; and __fish_seen_subcommand_from status" -l provider -d 'Who made it. Needed where kind and k3d have one of this name each' -r -f -a "kind\t'Upstream\'s own Kubernetes in containers'
k3d\t'k3s in containers'"
complete -c sindri -n "__fish_sindri_using_subcommand k8s; and __fish_seen_subcommand_from status" -s o -l output -d 'How to write the answer' -r -f -a "text\t'For a person'
json\t'For a program'
yaml\t'For a program'"
complete -c sindri -n "__fish_sindri_using_subcommand k8s; and __fish_seen_subcommand_from status" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR`, `TERM=dumb` or `CI` say otherwise'
always\t'Always'
never\t'Never'"
complete -c sindri -n "__fish_sindri_using_subcommand k8s; and __fish_seen_subcommand_from status" -s q -l quiet -d 'Say nothing but what was asked for, and what went wrong'
complete -c sindri -n "__fish_sindri_using_subcommand k8s; and __fish_seen_subcommand_from status" -s v -l verbose -d 'Say more about what is done'
complete -c sindri -n "__fish_sindri_using_subcommand k8s; and __fish_seen_subcommand_from status" -l no-input -d 'Never ask; fail and name the flag that would have answered'
complete -c sindri -n "__fish_sindri_using_subcommand k8s; and __fish_seen_subcommand_from status" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c sindri -n "__fish_sindri_using_subcommand k8s; and __fish_seen_subcommand_from delete" -l provider -d 'Who made them. Needed where kind and k3d have one of this name each' -r -f -a "kind\t'Upstream\'s own Kubernetes in containers'
k3d\t'k3s in containers'"
complete -c sindri -n "__fish_sindri_using_subcommand k8s; and __fish_seen_subcommand_from delete" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR`, `TERM=dumb` or `CI` say otherwise'
always\t'Always'
never\t'Never'"
complete -c sindri -n "__fish_sindri_using_subcommand k8s; and __fish_seen_subcommand_from delete" -l all -d 'All clusters on this machine; with `--provider`, all of that one'
complete -c sindri -n "__fish_sindri_using_subcommand k8s; and __fish_seen_subcommand_from delete" -s y -l yes -l auto-approve -d 'Do not ask'
complete -c sindri -n "__fish_sindri_using_subcommand k8s; and __fish_seen_subcommand_from delete" -s q -l quiet -d 'Say nothing but what was asked for, and what went wrong'
complete -c sindri -n "__fish_sindri_using_subcommand k8s; and __fish_seen_subcommand_from delete" -s v -l verbose -d 'Say more about what is done'
complete -c sindri -n "__fish_sindri_using_subcommand k8s; and __fish_seen_subcommand_from delete" -l no-input -d 'Never ask; fail and name the flag that would have answered'
complete -c sindri -n "__fish_sindri_using_subcommand k8s; and __fish_seen_subcommand_from delete" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c sindri -n "__fish_sindri_using_subcommand k8s; and __fish_seen_subcommand_from start" -l provider -d 'Who made it. Needed where kind and k3d have one of this name each' -r -f -a "kind\t'Upstream\'s own Kubernetes in containers'
k3d\t'k3s in containers'"
complete -c sindri -n "__fish_sindri_using_subcommand k8s; and __fish_seen_subcommand_from start" -l wait -d 'How long to wait until its nodes are ready: 90s, 5m, 1h30m' -r
complete -c sindri -n "__fish_sindri_using_subcommand k8s; and __fish_seen_subcommand_from start" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR`, `TERM=dumb` or `CI` say otherwise'
always\t'Always'
never\t'Never'"
complete -c sindri -n "__fish_sindri_using_subcommand k8s; and __fish_seen_subcommand_from start" -s q -l quiet -d 'Say nothing but what was asked for, and what went wrong'
complete -c sindri -n "__fish_sindri_using_subcommand k8s; and __fish_seen_subcommand_from start" -s v -l verbose -d 'Say more about what is done'
complete -c sindri -n "__fish_sindri_using_subcommand k8s; and __fish_seen_subcommand_from start" -l no-input -d 'Never ask; fail and name the flag that would have answered'
complete -c sindri -n "__fish_sindri_using_subcommand k8s; and __fish_seen_subcommand_from start" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c sindri -n "__fish_sindri_using_subcommand k8s; and __fish_seen_subcommand_from stop" -l provider -d 'Who made it. Needed where kind and k3d have one of this name each' -r -f -a "kind\t'Upstream\'s own Kubernetes in containers'
k3d\t'k3s in containers'"
complete -c sindri -n "__fish_sindri_using_subcommand k8s; and __fish_seen_subcommand_from stop" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR`, `TERM=dumb` or `CI` say otherwise'
always\t'Always'
never\t'Never'"
complete -c sindri -n "__fish_sindri_using_subcommand k8s; and __fish_seen_subcommand_from stop" -s q -l quiet -d 'Say nothing but what was asked for, and what went wrong'
complete -c sindri -n "__fish_sindri_using_subcommand k8s; and __fish_seen_subcommand_from stop" -s v -l verbose -d 'Say more about what is done'
complete -c sindri -n "__fish_sindri_using_subcommand k8s; and __fish_seen_subcommand_from stop" -l no-input -d 'Never ask; fail and name the flag that would have answered'
complete -c sindri -n "__fish_sindri_using_subcommand k8s; and __fish_seen_subcommand_from stop" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c sindri -n "__fish_sindri_using_subcommand k8s; and __fish_seen_subcommand_from kubeconfig" -l provider -d 'Who made it. Needed where kind and k3d have one of this name each' -r -f -a "kind\t'Upstream\'s own Kubernetes in containers'
k3d\t'k3s in containers'"
complete -c sindri -n "__fish_sindri_using_subcommand k8s; and __fish_seen_subcommand_from kubeconfig" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR`, `TERM=dumb` or `CI` say otherwise'
always\t'Always'
never\t'Never'"
complete -c sindri -n "__fish_sindri_using_subcommand k8s; and __fish_seen_subcommand_from kubeconfig" -l write -d 'Write it into your kubeconfig instead, as kubectl would: nothing else in it is touched'
complete -c sindri -n "__fish_sindri_using_subcommand k8s; and __fish_seen_subcommand_from kubeconfig" -l no-switch -d 'Leave the current context as it is'
complete -c sindri -n "__fish_sindri_using_subcommand k8s; and __fish_seen_subcommand_from kubeconfig" -s q -l quiet -d 'Say nothing but what was asked for, and what went wrong'
complete -c sindri -n "__fish_sindri_using_subcommand k8s; and __fish_seen_subcommand_from kubeconfig" -s v -l verbose -d 'Say more about what is done'
complete -c sindri -n "__fish_sindri_using_subcommand k8s; and __fish_seen_subcommand_from kubeconfig" -l no-input -d 'Never ask; fail and name the flag that would have answered'
complete -c sindri -n "__fish_sindri_using_subcommand k8s; and __fish_seen_subcommand_from kubeconfig" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c sindri -n "__fish_sindri_using_subcommand k8s; and __fish_seen_subcommand_from load" -l archive -d 'A file that `docker save`, `podman save` or another builder wrote, instead of images of the engine; `-` reads standard input' -r -F
complete -c sindri -n "__fish_sindri_using_subcommand k8s; and __fish_seen_subcommand_from load" -l name -d 'The name of the cluster. Default: that of the current context, or the only one there is' -r
complete -c sindri -n "__fish_sindri_using_subcommand k8s; and __fish_seen_subcommand_from load" -l provider -d 'Who made the cluster, where kind and k3d each have one of this name' -r -f -a "kind\t'Upstream\'s own Kubernetes in containers'
k3d\t'k3s in containers'"
complete -c sindri -n "__fish_sindri_using_subcommand k8s; and __fish_seen_subcommand_from load" -l kubeconfig -d 'The kubeconfig; default: the files of `KUBECONFIG`, then `~/.kube/config`' -r -F
complete -c sindri -n "__fish_sindri_using_subcommand k8s; and __fish_seen_subcommand_from load" -l context -d 'The context of the kubeconfig; default: the file\'s, then the current one' -r
complete -c sindri -n "__fish_sindri_using_subcommand k8s; and __fish_seen_subcommand_from load" -s n -l namespace -d 'The namespace; default: the file\'s, then the context\'s' -r
complete -c sindri -n "__fish_sindri_using_subcommand k8s; and __fish_seen_subcommand_from load" -l timeout -d 'How long the whole command may wait for the cluster: 90s, 5m, 1h30m' -r
complete -c sindri -n "__fish_sindri_using_subcommand k8s; and __fish_seen_subcommand_from load" -l concurrency -d 'How many requests may be under way at the same time' -r
complete -c sindri -n "__fish_sindri_using_subcommand k8s; and __fish_seen_subcommand_from load" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR`, `TERM=dumb` or `CI` say otherwise'
always\t'Always'
never\t'Never'"
complete -c sindri -n "__fish_sindri_using_subcommand k8s; and __fish_seen_subcommand_from load" -s q -l quiet -d 'Say nothing but what was asked for, and what went wrong'
complete -c sindri -n "__fish_sindri_using_subcommand k8s; and __fish_seen_subcommand_from load" -s v -l verbose -d 'Say more about what is done'
complete -c sindri -n "__fish_sindri_using_subcommand k8s; and __fish_seen_subcommand_from load" -l no-input -d 'Never ask; fail and name the flag that would have answered'
complete -c sindri -n "__fish_sindri_using_subcommand k8s; and __fish_seen_subcommand_from load" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c sindri -n "__fish_sindri_using_subcommand schema" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR`, `TERM=dumb` or `CI` say otherwise'
always\t'Always'
never\t'Never'"
complete -c sindri -n "__fish_sindri_using_subcommand schema" -s q -l quiet -d 'Say nothing but what was asked for, and what went wrong'
complete -c sindri -n "__fish_sindri_using_subcommand schema" -s v -l verbose -d 'Say more about what is done'
complete -c sindri -n "__fish_sindri_using_subcommand schema" -l no-input -d 'Never ask; fail and name the flag that would have answered'
complete -c sindri -n "__fish_sindri_using_subcommand schema" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c sindri -n "__fish_sindri_using_subcommand completion" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR`, `TERM=dumb` or `CI` say otherwise'
always\t'Always'
never\t'Never'"
complete -c sindri -n "__fish_sindri_using_subcommand completion" -s q -l quiet -d 'Say nothing but what was asked for, and what went wrong'
complete -c sindri -n "__fish_sindri_using_subcommand completion" -s v -l verbose -d 'Say more about what is done'
complete -c sindri -n "__fish_sindri_using_subcommand completion" -l no-input -d 'Never ask; fail and name the flag that would have answered'
complete -c sindri -n "__fish_sindri_using_subcommand completion" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c sindri -n "__fish_sindri_using_subcommand man" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR`, `TERM=dumb` or `CI` say otherwise'
always\t'Always'
never\t'Never'"
complete -c sindri -n "__fish_sindri_using_subcommand man" -s q -l quiet -d 'Say nothing but what was asked for, and what went wrong'
complete -c sindri -n "__fish_sindri_using_subcommand man" -s v -l verbose -d 'Say more about what is done'
complete -c sindri -n "__fish_sindri_using_subcommand man" -l no-input -d 'Never ask; fail and name the flag that would have answered'
complete -c sindri -n "__fish_sindri_using_subcommand man" -s h -l help -d 'Print help (see more with \'--help\')'
