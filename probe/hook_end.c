/* How a program for events ended. */
#include "probe/hook_end.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/wait.h>

#include "base/buf.h"
#include "probe/hook.h"

enum hook_end
hook_end_find(const struct hook_ended *e)
{
	if (e->err != 0)
		return HOOK_END_NOT_EXECUTED;
	if (WIFEXITED(e->status) && WEXITSTATUS(e->status) == 0 && !e->late)
		return HOOK_END_WELL;
	if (e->late)
		return e->stopped ? HOOK_END_STOPPED : HOOK_END_LATE;
	if (e->noisy)
		return HOOK_END_NOISY;
	return WIFSIGNALED(e->status) ? HOOK_END_SIGNAL : HOOK_END_STATUS;
}

/* What to do about an errno of execve, in the order of likelihood. */
static const struct advice {
	int err;
	const char *text;
} advices[] = {
    {ENOENT, "there is no such file, or the interpreter in its first line (#!) is not there"},
    {EACCES, "it may not be executed: chmod +x, and every directory above it must be open to netvane's user; "
	     "with the sandbox, see safety.md"},
    {ENOEXEC, "it is no program for this machine; a script begins with a line such as #!/bin/sh"},
    {E2BIG, "the event is too large for its environment"},
    {EAGAIN, "no more processes are allowed"},
    {ENOMEM, "there is no memory for it"},
};

static const char *
advice(int err)
{
	size_t i;

	for (i = 0; i < sizeof(advices) / sizeof(advices[0]); i++)
		if (advices[i].err == err)
			return advices[i].text;
	return strerror(err);
}

void
hook_end_words(const struct hook_ended *e, const char *program, int limit_ms, struct buf *out)
{
	buf_puts(out, program);
	switch (hook_end_find(e)) {
	case HOOK_END_NOT_EXECUTED:
		buf_printf(out, " cannot be run: %s", advice(e->err));
		break;
	case HOOK_END_STATUS:
		buf_printf(out, " ended with status %d; what it printed is above, and 0 would be well",
		    WEXITSTATUS(e->status));
		break;
	case HOOK_END_SIGNAL:
		buf_printf(out, " was ended by signal %d (%s)", WTERMSIG(e->status),
		    strsignal(WTERMSIG(e->status)));
		break;
	case HOOK_END_LATE:
		buf_printf(out, " was still at work after %g s, and was ended; it must be quicker, or "
				"on_event_time longer", limit_ms / 1000.0);
		break;
	case HOOK_END_NOISY:
		buf_printf(out, " printed more than %d KiB, and was ended; it must print less",
		    HOOK_PRINTED_MAX / 1024);
		break;
	case HOOK_END_STOPPED:
		buf_puts(out, " was ended, because netvane stops");
		break;
	case HOOK_END_WELL:
	case HOOK_END_MAX:
		buf_puts(out, " did its work");
		break;
	}
}
