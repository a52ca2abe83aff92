/* Programs that a lab runs. */
#include "tests/lab/child.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"

static void
redirect(const struct child_plan *plan)
{
	int nothing = open("/dev/null", O_RDONLY);

	dup2(nothing, STDIN_FILENO);
	if (plan->out >= 0) {
		dup2(plan->out, STDOUT_FILENO);
		dup2(plan->err >= 0 ? plan->err : plan->out, STDERR_FILENO);
	}
}

static void
cover(const struct child_plan *plan)
{
	if (plan->over == NULL)
		return;
	if (unshare(CLONE_NEWNS) != 0 || mount(plan->under, plan->over, NULL, MS_BIND, NULL) != 0)
		log_fatal("cannot mount %s over %s", plan->under, plan->over);
}

static void
preload(const struct child_plan *plan)
{
	const char *options = getenv("ASAN_OPTIONS");
	char *more;

	if (plan->preload == NULL)
		return;
	setenv("LD_PRELOAD", plan->preload, 1);
	if (plan->clock_step != NULL)
		setenv("LAB_CLOCK_STEP", plan->clock_step, 1);
	if (plan->clock_page != NULL)
		setenv("LAB_CLOCK_PAGE", plan->clock_page, 1);
	/* AddressSanitizer wants to be the first library of all, and can do without. */
	more = xasprintf("%s:verify_asan_link_order=0", options != NULL ? options : "");
	setenv("ASAN_OPTIONS", more, 1);
	free(more);
}

pid_t
child_start(const struct child_plan *plan)
{
	pid_t pid = fork();

	if (pid < 0)
		log_fatal("no process");
	if (pid > 0)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	space_enter(plan->spaces, plan->space);
	redirect(plan);
	cover(plan);
	signal(SIGPIPE, SIG_DFL);
	setenv("HOME", plan->home, 1);
	unsetenv("XDG_CONFIG_HOME");
	unsetenv("XDG_STATE_HOME");
	unsetenv("STATE_DIRECTORY");
	preload(plan);
	execvp(plan->argv[0], plan->argv);
	log_error("cannot run %s", plan->argv[0]);
	_exit(127);
}

int
child_wait(pid_t pid)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void
child_end(pid_t pid)
{
	if (pid <= 0)
		return;
	kill(pid, SIGKILL);
	child_wait(pid);
}
