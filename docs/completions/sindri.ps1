
using namespace System.Management.Automation
using namespace System.Management.Automation.Language

Register-ArgumentCompleter -Native -CommandName 'sindri' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $commandElements = $commandAst.CommandElements
    $command = @(
        'sindri'
        for ($i = 1; $i -lt $commandElements.Count; $i++) {
            $element = $commandElements[$i]
            if ($element -isnot [StringConstantExpressionAst] -or
                $element.StringConstantType -ne [StringConstantType]::BareWord -or
                $element.Value.StartsWith('-') -or
                $element.Value -eq $wordToComplete) {
                break
        }
        $element.Value
    }) -join ';'

    $completions = @(switch ($command) {
        'sindri' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but what was asked for, and what went wrong')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but what was asked for, and what went wrong')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more about what is done')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more about what is done')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; fail and name the flag that would have answered')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('init', 'init', [CompletionResultType]::ParameterValue, 'Write a commented `sindri.yaml`')
            [CompletionResult]::new('validate', 'validate', [CompletionResultType]::ParameterValue, 'Check the configuration file, and nothing else')
            [CompletionResult]::new('render', 'render', [CompletionResultType]::ParameterValue, 'Print the Kubernetes objects of the environment')
            [CompletionResult]::new('plan', 'plan', [CompletionResultType]::ParameterValue, 'Show what `deploy` would do, and change nothing')
            [CompletionResult]::new('deploy', 'deploy', [CompletionResultType]::ParameterValue, 'Make the environment what the configuration says')
            [CompletionResult]::new('apply', 'apply', [CompletionResultType]::ParameterValue, 'Make the environment what the configuration says')
            [CompletionResult]::new('status', 'status', [CompletionResultType]::ParameterValue, 'Show how the environment is, and why it does not run if it does not')
            [CompletionResult]::new('stop', 'stop', [CompletionResultType]::ParameterValue, 'Stop the environment: its pod ends, its volume stays')
            [CompletionResult]::new('start', 'start', [CompletionResultType]::ParameterValue, 'Start a stopped environment, and wait until it is ready')
            [CompletionResult]::new('restart', 'restart', [CompletionResultType]::ParameterValue, 'Replace the pod of the environment by a new one: what runs in it ends, the volume stays')
            [CompletionResult]::new('destroy', 'destroy', [CompletionResultType]::ParameterValue, 'Delete the environment. Its volume is kept, unless `--volumes` deletes it too')
            [CompletionResult]::new('image', 'image', [CompletionResultType]::ParameterValue, 'Ask registries about images')
            [CompletionResult]::new('schema', 'schema', [CompletionResultType]::ParameterValue, 'Print the JSON Schema of the configuration file, for editors and other programs')
            [CompletionResult]::new('completion', 'completion', [CompletionResultType]::ParameterValue, 'Print a completion script for your shell')
            [CompletionResult]::new('man', 'man', [CompletionResultType]::ParameterValue, 'Print a man page: `sindri man | man -l -`')
            break
        }
        'sindri;init' {
            [CompletionResult]::new('-f', '-f', [CompletionResultType]::ParameterName, 'The file to write; `-` prints it')
            [CompletionResult]::new('--file', '--file', [CompletionResultType]::ParameterName, 'The file to write; `-` prints it')
            [CompletionResult]::new('--name', '--name', [CompletionResultType]::ParameterName, 'The name of the environment. Default: made from this folder''s name')
            [CompletionResult]::new('--image', '--image', [CompletionResultType]::ParameterName, 'The image. Default: the local image `sindri:latest`, on local clusters only')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'The namespace. Default: the context''s')
            [CompletionResult]::new('--namespace', '--namespace', [CompletionResultType]::ParameterName, 'The namespace. Default: the context''s')
            [CompletionResult]::new('--memory', '--memory', [CompletionResultType]::ParameterName, 'The memory. Default: 4GB')
            [CompletionResult]::new('--cpus', '--cpus', [CompletionResultType]::ParameterName, 'The processors. Default: 2')
            [CompletionResult]::new('--size', '--size', [CompletionResultType]::ParameterName, 'The size of the home directory. Default: 10Gi')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The set of tools to install')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but what was asked for, and what went wrong')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but what was asked for, and what went wrong')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more about what is done')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more about what is done')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; fail and name the flag that would have answered')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'sindri;validate' {
            [CompletionResult]::new('-f', '-f', [CompletionResultType]::ParameterName, 'The configuration; `-` reads standard input. Default: the nearest `sindri.yaml`, from this folder upwards')
            [CompletionResult]::new('--file', '--file', [CompletionResultType]::ParameterName, 'The configuration; `-` reads standard input. Default: the nearest `sindri.yaml`, from this folder upwards')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to answer')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to answer')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but what was asked for, and what went wrong')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but what was asked for, and what went wrong')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more about what is done')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more about what is done')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; fail and name the flag that would have answered')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'sindri;render' {
            [CompletionResult]::new('-f', '-f', [CompletionResultType]::ParameterName, 'The configuration; `-` reads standard input. Default: the nearest `sindri.yaml`, from this folder upwards')
            [CompletionResult]::new('--file', '--file', [CompletionResultType]::ParameterName, 'The configuration; `-` reads standard input. Default: the nearest `sindri.yaml`, from this folder upwards')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'The namespace, instead of the file''s')
            [CompletionResult]::new('--namespace', '--namespace', [CompletionResultType]::ParameterName, 'The namespace, instead of the file''s')
            [CompletionResult]::new('--insecure-registry', '--insecure-registry', [CompletionResultType]::ParameterName, 'A registry that is spoken to without TLS, for example `registry.internal:5000`; this machine''s own always are')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to write the objects')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to write the objects')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('--pin', '--pin', [CompletionResultType]::ParameterName, 'Ask the registry which image is meant, and write its digest, as `deploy` does')
            [CompletionResult]::new('--without-namespace', '--without-namespace', [CompletionResultType]::ParameterName, 'Leave out the namespace itself and its quota: somebody else owns them')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but what was asked for, and what went wrong')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but what was asked for, and what went wrong')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more about what is done')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more about what is done')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; fail and name the flag that would have answered')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'sindri;plan' {
            [CompletionResult]::new('-f', '-f', [CompletionResultType]::ParameterName, 'The configuration; `-` reads standard input. Default: the nearest `sindri.yaml`, from this folder upwards')
            [CompletionResult]::new('--file', '--file', [CompletionResultType]::ParameterName, 'The configuration; `-` reads standard input. Default: the nearest `sindri.yaml`, from this folder upwards')
            [CompletionResult]::new('--kubeconfig', '--kubeconfig', [CompletionResultType]::ParameterName, 'The kubeconfig; default: the files of `KUBECONFIG`, then `~/.kube/config`')
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'The context of the kubeconfig; default: the file''s, then the current one')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'The namespace; default: the file''s, then the context''s')
            [CompletionResult]::new('--namespace', '--namespace', [CompletionResultType]::ParameterName, 'The namespace; default: the file''s, then the context''s')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'How long the whole command may wait for the cluster: 90s, 5m, 1h30m')
            [CompletionResult]::new('--concurrency', '--concurrency', [CompletionResultType]::ParameterName, 'How many requests may be under way at the same time')
            [CompletionResult]::new('--insecure-registry', '--insecure-registry', [CompletionResultType]::ParameterName, 'A registry that is spoken to without TLS, for example `registry.internal:5000`; this machine''s own always are')
            [CompletionResult]::new('--out', '--out', [CompletionResultType]::ParameterName, 'Save the plan, for `deploy --plan FILE`. Nobody else can read the file, and no Secret is in it')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to write the plan')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to write the plan')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('--detailed-exitcode', '--detailed-exitcode', [CompletionResultType]::ParameterName, 'Exit with 2 if there are changes and with 0 if there are none; what would exit with 2 otherwise exits with 1')
            [CompletionResult]::new('--force-conflicts', '--force-conflicts', [CompletionResultType]::ParameterName, 'Plan to take fields that belong to other field managers')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but what was asked for, and what went wrong')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but what was asked for, and what went wrong')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more about what is done')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more about what is done')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; fail and name the flag that would have answered')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'sindri;deploy' {
            [CompletionResult]::new('-f', '-f', [CompletionResultType]::ParameterName, 'The configuration; `-` reads standard input. Default: the nearest `sindri.yaml`, from this folder upwards')
            [CompletionResult]::new('--file', '--file', [CompletionResultType]::ParameterName, 'The configuration; `-` reads standard input. Default: the nearest `sindri.yaml`, from this folder upwards')
            [CompletionResult]::new('--kubeconfig', '--kubeconfig', [CompletionResultType]::ParameterName, 'The kubeconfig; default: the files of `KUBECONFIG`, then `~/.kube/config`')
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'The context of the kubeconfig; default: the file''s, then the current one')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'The namespace; default: the file''s, then the context''s')
            [CompletionResult]::new('--namespace', '--namespace', [CompletionResultType]::ParameterName, 'The namespace; default: the file''s, then the context''s')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'How long the whole command may wait for the cluster: 90s, 5m, 1h30m')
            [CompletionResult]::new('--concurrency', '--concurrency', [CompletionResultType]::ParameterName, 'How many requests may be under way at the same time')
            [CompletionResult]::new('--insecure-registry', '--insecure-registry', [CompletionResultType]::ParameterName, 'A registry that is spoken to without TLS, for example `registry.internal:5000`; this machine''s own always are')
            [CompletionResult]::new('--plan', '--plan', [CompletionResultType]::ParameterName, 'Apply this saved plan, and ask nothing. If anything has moved since, nothing is changed and the exit code is 5')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to write the outcome')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to write the outcome')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask')
            [CompletionResult]::new('--auto-approve', '--auto-approve', [CompletionResultType]::ParameterName, 'Do not ask')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Show the plan and stop, as `sindri plan` does')
            [CompletionResult]::new('--force-conflicts', '--force-conflicts', [CompletionResultType]::ParameterName, 'Take fields that belong to other field managers')
            [CompletionResult]::new('--wait', '--wait', [CompletionResultType]::ParameterName, 'Wait until the environment is ready. This is the default')
            [CompletionResult]::new('--no-wait', '--no-wait', [CompletionResultType]::ParameterName, 'Do not wait until the environment is ready')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but what was asked for, and what went wrong')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but what was asked for, and what went wrong')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more about what is done')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more about what is done')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; fail and name the flag that would have answered')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'sindri;apply' {
            [CompletionResult]::new('-f', '-f', [CompletionResultType]::ParameterName, 'The configuration; `-` reads standard input. Default: the nearest `sindri.yaml`, from this folder upwards')
            [CompletionResult]::new('--file', '--file', [CompletionResultType]::ParameterName, 'The configuration; `-` reads standard input. Default: the nearest `sindri.yaml`, from this folder upwards')
            [CompletionResult]::new('--kubeconfig', '--kubeconfig', [CompletionResultType]::ParameterName, 'The kubeconfig; default: the files of `KUBECONFIG`, then `~/.kube/config`')
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'The context of the kubeconfig; default: the file''s, then the current one')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'The namespace; default: the file''s, then the context''s')
            [CompletionResult]::new('--namespace', '--namespace', [CompletionResultType]::ParameterName, 'The namespace; default: the file''s, then the context''s')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'How long the whole command may wait for the cluster: 90s, 5m, 1h30m')
            [CompletionResult]::new('--concurrency', '--concurrency', [CompletionResultType]::ParameterName, 'How many requests may be under way at the same time')
            [CompletionResult]::new('--insecure-registry', '--insecure-registry', [CompletionResultType]::ParameterName, 'A registry that is spoken to without TLS, for example `registry.internal:5000`; this machine''s own always are')
            [CompletionResult]::new('--plan', '--plan', [CompletionResultType]::ParameterName, 'Apply this saved plan, and ask nothing. If anything has moved since, nothing is changed and the exit code is 5')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to write the outcome')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to write the outcome')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask')
            [CompletionResult]::new('--auto-approve', '--auto-approve', [CompletionResultType]::ParameterName, 'Do not ask')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Show the plan and stop, as `sindri plan` does')
            [CompletionResult]::new('--force-conflicts', '--force-conflicts', [CompletionResultType]::ParameterName, 'Take fields that belong to other field managers')
            [CompletionResult]::new('--wait', '--wait', [CompletionResultType]::ParameterName, 'Wait until the environment is ready. This is the default')
            [CompletionResult]::new('--no-wait', '--no-wait', [CompletionResultType]::ParameterName, 'Do not wait until the environment is ready')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but what was asked for, and what went wrong')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but what was asked for, and what went wrong')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more about what is done')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more about what is done')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; fail and name the flag that would have answered')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'sindri;status' {
            [CompletionResult]::new('-f', '-f', [CompletionResultType]::ParameterName, 'The configuration; `-` reads standard input. Default: the nearest `sindri.yaml`, from this folder upwards')
            [CompletionResult]::new('--file', '--file', [CompletionResultType]::ParameterName, 'The configuration; `-` reads standard input. Default: the nearest `sindri.yaml`, from this folder upwards')
            [CompletionResult]::new('--name', '--name', [CompletionResultType]::ParameterName, 'Another environment than that of the configuration, by its name. No configuration is needed then, and none is read unless `--file` names one')
            [CompletionResult]::new('--kubeconfig', '--kubeconfig', [CompletionResultType]::ParameterName, 'The kubeconfig; default: the files of `KUBECONFIG`, then `~/.kube/config`')
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'The context of the kubeconfig; default: the file''s, then the current one')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'The namespace; default: the file''s, then the context''s')
            [CompletionResult]::new('--namespace', '--namespace', [CompletionResultType]::ParameterName, 'The namespace; default: the file''s, then the context''s')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'How long the whole command may wait for the cluster: 90s, 5m, 1h30m')
            [CompletionResult]::new('--concurrency', '--concurrency', [CompletionResultType]::ParameterName, 'How many requests may be under way at the same time')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to write it')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to write it')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('--exit-code', '--exit-code', [CompletionResultType]::ParameterName, 'Exit with 0 only if it is ready as it was deployed: 10 not deployed, 11 on its way, 12 cannot run, 13 stopped, 14 drifted, 15 being deleted, 16 not to be seen')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but what was asked for, and what went wrong')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but what was asked for, and what went wrong')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more about what is done')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more about what is done')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; fail and name the flag that would have answered')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'sindri;stop' {
            [CompletionResult]::new('-f', '-f', [CompletionResultType]::ParameterName, 'The configuration; `-` reads standard input. Default: the nearest `sindri.yaml`, from this folder upwards')
            [CompletionResult]::new('--file', '--file', [CompletionResultType]::ParameterName, 'The configuration; `-` reads standard input. Default: the nearest `sindri.yaml`, from this folder upwards')
            [CompletionResult]::new('--name', '--name', [CompletionResultType]::ParameterName, 'Another environment than that of the configuration, by its name. No configuration is needed then, and none is read unless `--file` names one')
            [CompletionResult]::new('--kubeconfig', '--kubeconfig', [CompletionResultType]::ParameterName, 'The kubeconfig; default: the files of `KUBECONFIG`, then `~/.kube/config`')
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'The context of the kubeconfig; default: the file''s, then the current one')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'The namespace; default: the file''s, then the context''s')
            [CompletionResult]::new('--namespace', '--namespace', [CompletionResultType]::ParameterName, 'The namespace; default: the file''s, then the context''s')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'How long the whole command may wait for the cluster: 90s, 5m, 1h30m')
            [CompletionResult]::new('--concurrency', '--concurrency', [CompletionResultType]::ParameterName, 'How many requests may be under way at the same time')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('--wait', '--wait', [CompletionResultType]::ParameterName, 'Wait until it is so. This is the default')
            [CompletionResult]::new('--no-wait', '--no-wait', [CompletionResultType]::ParameterName, 'Do not wait until it is so')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but what was asked for, and what went wrong')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but what was asked for, and what went wrong')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more about what is done')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more about what is done')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; fail and name the flag that would have answered')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'sindri;start' {
            [CompletionResult]::new('-f', '-f', [CompletionResultType]::ParameterName, 'The configuration; `-` reads standard input. Default: the nearest `sindri.yaml`, from this folder upwards')
            [CompletionResult]::new('--file', '--file', [CompletionResultType]::ParameterName, 'The configuration; `-` reads standard input. Default: the nearest `sindri.yaml`, from this folder upwards')
            [CompletionResult]::new('--name', '--name', [CompletionResultType]::ParameterName, 'Another environment than that of the configuration, by its name. No configuration is needed then, and none is read unless `--file` names one')
            [CompletionResult]::new('--kubeconfig', '--kubeconfig', [CompletionResultType]::ParameterName, 'The kubeconfig; default: the files of `KUBECONFIG`, then `~/.kube/config`')
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'The context of the kubeconfig; default: the file''s, then the current one')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'The namespace; default: the file''s, then the context''s')
            [CompletionResult]::new('--namespace', '--namespace', [CompletionResultType]::ParameterName, 'The namespace; default: the file''s, then the context''s')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'How long the whole command may wait for the cluster: 90s, 5m, 1h30m')
            [CompletionResult]::new('--concurrency', '--concurrency', [CompletionResultType]::ParameterName, 'How many requests may be under way at the same time')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('--wait', '--wait', [CompletionResultType]::ParameterName, 'Wait until it is so. This is the default')
            [CompletionResult]::new('--no-wait', '--no-wait', [CompletionResultType]::ParameterName, 'Do not wait until it is so')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but what was asked for, and what went wrong')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but what was asked for, and what went wrong')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more about what is done')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more about what is done')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; fail and name the flag that would have answered')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'sindri;restart' {
            [CompletionResult]::new('-f', '-f', [CompletionResultType]::ParameterName, 'The configuration; `-` reads standard input. Default: the nearest `sindri.yaml`, from this folder upwards')
            [CompletionResult]::new('--file', '--file', [CompletionResultType]::ParameterName, 'The configuration; `-` reads standard input. Default: the nearest `sindri.yaml`, from this folder upwards')
            [CompletionResult]::new('--name', '--name', [CompletionResultType]::ParameterName, 'Another environment than that of the configuration, by its name. No configuration is needed then, and none is read unless `--file` names one')
            [CompletionResult]::new('--kubeconfig', '--kubeconfig', [CompletionResultType]::ParameterName, 'The kubeconfig; default: the files of `KUBECONFIG`, then `~/.kube/config`')
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'The context of the kubeconfig; default: the file''s, then the current one')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'The namespace; default: the file''s, then the context''s')
            [CompletionResult]::new('--namespace', '--namespace', [CompletionResultType]::ParameterName, 'The namespace; default: the file''s, then the context''s')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'How long the whole command may wait for the cluster: 90s, 5m, 1h30m')
            [CompletionResult]::new('--concurrency', '--concurrency', [CompletionResultType]::ParameterName, 'How many requests may be under way at the same time')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('--wait', '--wait', [CompletionResultType]::ParameterName, 'Wait until it is so. This is the default')
            [CompletionResult]::new('--no-wait', '--no-wait', [CompletionResultType]::ParameterName, 'Do not wait until it is so')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but what was asked for, and what went wrong')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but what was asked for, and what went wrong')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more about what is done')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more about what is done')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; fail and name the flag that would have answered')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'sindri;destroy' {
            [CompletionResult]::new('-f', '-f', [CompletionResultType]::ParameterName, 'The configuration; `-` reads standard input. Default: the nearest `sindri.yaml`, from this folder upwards')
            [CompletionResult]::new('--file', '--file', [CompletionResultType]::ParameterName, 'The configuration; `-` reads standard input. Default: the nearest `sindri.yaml`, from this folder upwards')
            [CompletionResult]::new('--name', '--name', [CompletionResultType]::ParameterName, 'Another environment than that of the configuration, by its name. No configuration is needed then, and none is read unless `--file` names one')
            [CompletionResult]::new('--kubeconfig', '--kubeconfig', [CompletionResultType]::ParameterName, 'The kubeconfig; default: the files of `KUBECONFIG`, then `~/.kube/config`')
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'The context of the kubeconfig; default: the file''s, then the current one')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'The namespace; default: the file''s, then the context''s')
            [CompletionResult]::new('--namespace', '--namespace', [CompletionResultType]::ParameterName, 'The namespace; default: the file''s, then the context''s')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'How long the whole command may wait for the cluster: 90s, 5m, 1h30m')
            [CompletionResult]::new('--concurrency', '--concurrency', [CompletionResultType]::ParameterName, 'How many requests may be under way at the same time')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to write the outcome')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to write the outcome')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('--volumes', '--volumes', [CompletionResultType]::ParameterName, 'Delete the volume too, with everything that is on it')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask')
            [CompletionResult]::new('--auto-approve', '--auto-approve', [CompletionResultType]::ParameterName, 'Do not ask')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Show what would go and what would stay, and stop')
            [CompletionResult]::new('--wait', '--wait', [CompletionResultType]::ParameterName, 'Wait until everything is gone. This is the default')
            [CompletionResult]::new('--no-wait', '--no-wait', [CompletionResultType]::ParameterName, 'Do not wait until everything is gone')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but what was asked for, and what went wrong')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but what was asked for, and what went wrong')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more about what is done')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more about what is done')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; fail and name the flag that would have answered')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'sindri;image' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but what was asked for, and what went wrong')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but what was asked for, and what went wrong')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more about what is done')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more about what is done')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; fail and name the flag that would have answered')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('resolve', 'resolve', [CompletionResultType]::ParameterValue, 'Show which image a reference or a configuration means now')
            [CompletionResult]::new('verify', 'verify', [CompletionResultType]::ParameterValue, 'Show who vouches for the image of a configuration')
            break
        }
        'sindri;image;resolve' {
            [CompletionResult]::new('-f', '-f', [CompletionResultType]::ParameterName, 'The configuration; `-` reads standard input. Default: the nearest `sindri.yaml`, from this folder upwards')
            [CompletionResult]::new('--file', '--file', [CompletionResultType]::ParameterName, 'The configuration; `-` reads standard input. Default: the nearest `sindri.yaml`, from this folder upwards')
            [CompletionResult]::new('--insecure-registry', '--insecure-registry', [CompletionResultType]::ParameterName, 'A registry that is spoken to without TLS, for example `registry.internal:5000`; this machine''s own always are')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'How long the whole command may wait for the registry: 90s, 5m, 1h30m')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to write the answer')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to write the answer')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but what was asked for, and what went wrong')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but what was asked for, and what went wrong')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more about what is done')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more about what is done')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; fail and name the flag that would have answered')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'sindri;image;verify' {
            [CompletionResult]::new('-f', '-f', [CompletionResultType]::ParameterName, 'The configuration; `-` reads standard input. Default: the nearest `sindri.yaml`, from this folder upwards')
            [CompletionResult]::new('--file', '--file', [CompletionResultType]::ParameterName, 'The configuration; `-` reads standard input. Default: the nearest `sindri.yaml`, from this folder upwards')
            [CompletionResult]::new('--insecure-registry', '--insecure-registry', [CompletionResultType]::ParameterName, 'A registry that is spoken to without TLS, for example `registry.internal:5000`; this machine''s own always are')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'How long the whole command may wait for the registry: 90s, 5m, 1h30m')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to write the answer')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to write the answer')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but what was asked for, and what went wrong')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but what was asked for, and what went wrong')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more about what is done')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more about what is done')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; fail and name the flag that would have answered')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'sindri;schema' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but what was asked for, and what went wrong')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but what was asked for, and what went wrong')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more about what is done')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more about what is done')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; fail and name the flag that would have answered')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'sindri;completion' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but what was asked for, and what went wrong')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but what was asked for, and what went wrong')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more about what is done')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more about what is done')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; fail and name the flag that would have answered')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'sindri;man' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but what was asked for, and what went wrong')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but what was asked for, and what went wrong')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more about what is done')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more about what is done')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; fail and name the flag that would have answered')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
    })

    $completions.Where{ $_.CompletionText -like "$wordToComplete*" } |
        Sort-Object -Property ListItemText
}
