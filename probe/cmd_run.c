/* netvane run: the daemon, in the foreground. */
#include "probe/cmd.h"

#include "probe/daemon.h"
#include "probe/options.h"
#include "probe/plan.h"

static const char help[] =
    "usage: netvane run [OPTION]...\n\n"
    "Measures on a schedule, until it is stopped: every 15 minutes, if the section\n"
    "[schedule] of the configuration says nothing else. Stays in the foreground, for\n"
    "systemd, procd or tmux, and writes one JSON record a target and round.\n\n"
    "Takes the options of 'netvane check'; those that name targets and where to write\n"
    "are of most use:\n"
    "  -c, --config FILE       read this configuration too\n"
    "      --list NAME|FILE    measure this list (again for more)\n"
    "      --url URL           measure this site (again for more)\n"
    "      --out DIR           write the records to this directory\n"
    "      --json              print the records as well, one JSON object a line\n"
    "      --consent           you have read the text of 'netvane init' and agree\n"
    "      --state DIR         where consent and state are kept\n"
    "  -q, --quiet             log warnings and errors only\n"
    "  -v, --verbose           log what is being done\n"
    "  -h, --help              this text\n\n"
    "Signals: SIGTERM and SIGINT stop it within 5 seconds; SIGHUP reads the\n"
    "configuration and the lists again (a bad one changes nothing); SIGUSR1 begins a\n"
    "round now; SIGUSR2 has it say how it is, in the log and in dump.json in the state\n"
    "directory.\n\n"
    "Example:\n"
    "  netvane run --list kz-news --consent\n";

int
cmd_run(int argc, char **argv)
{
	struct options options = {.colour = "auto"};
	struct plan plan = {0};
	int code = options_parse(&options, help, argc, argv);

	if (code < 0)
		code = options_configure(&options);
	if (code < 0)
		code = plan_load(&plan, options.conf, options.skip_bad);
	if (code < 0)
		code = options_consent(&options);
	if (code < 0)
		code = daemon_run(&options, &plan);
	plan_clear(&plan);
	options_clear(&options);
	return code;
}
