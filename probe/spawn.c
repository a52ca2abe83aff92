/* Starting another program. */
#include "probe/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef CLOSE_RANGE_CLOEXEC
#define CLOSE_RANGE_CLOEXEC (1U << 2)
#endif

/* Where there is no close_range: every descriptor that is likely to be. All of ours close themselves anyway. */
enum { FIRST_FD = 3, LAST_FD = 65535 };

/* --- in the new process: only what may be called after a fork (signal-safety(7)) ------------- */

static void
close_at_exec(void)
{
	int fd, flags;

#ifdef SYS_close_range
	if (syscall(SYS_close_range, FIRST_FD, ~0U, CLOSE_RANGE_CLOEXEC) == 0)
		return;
#endif
	for (fd = FIRST_FD; fd <= LAST_FD; fd++) {
		flags = fcntl(fd, F_GETFD);
		if (flags >= 0)
			fcntl(fd, F_SETFD, flags | FD_CLOEXEC);
	}
}

/* All were blocked before the fork: a handler of ours, run here, would write into our event loop. */
static void
forget_signals(void)
{
	struct sigaction plain = {.sa_handler = SIG_DFL};
	sigset_t none;
	int sig;

	sigemptyset(&plain.sa_mask);
	for (sig = 1; sig < NSIG; sig++)
		sigaction(sig, &plain, NULL); /* fails for two of them, which have no handler */
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static _Noreturn void
become(char *const *argv, char *const *env, int in, int out, int trouble)
{
	int err;

	setsid();
	if (dup2(in, STDIN_FILENO) >= 0 && dup2(out, STDOUT_FILENO) >= 0 &&
	    dup2(out, STDERR_FILENO) >= 0 && chdir("/") == 0) {
		close_at_exec();
		forget_signals();
		execve(argv[0], argv, env);
	}
	err = errno;
	while (write(trouble, &err, sizeof(err)) < 0 && errno == EINTR)
		;
	_exit(127);
}

/* --- in ours --------------------------------------------------------------------------------- */

static void
close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void
close_pipe(int ends[2])
{
	close_fd(&ends[0]);
	close_fd(&ends[1]);
}

static int
unblock(int fd)
{
	return fcntl(fd, F_SETFL, O_NONBLOCK);
}

int
spawn(char *const *argv, char *const *env, struct spawned *spawned)
{
	int in[2] = {-1, -1}, out[2] = {-1, -1}, trouble[2] = {-1, -1}, err;
	sigset_t all, before;
	pid_t pid = -1;

	*spawned = (struct spawned){-1, -1, -1, -1};
	if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0 ||
	    pipe2(trouble, O_CLOEXEC) != 0 || unblock(in[1]) != 0 || unblock(out[0]) != 0 ||
	    unblock(trouble[0]) != 0)
		goto out;
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &before);
	pid = fork();
	if (pid == 0)
		become(argv, env, in[0], out[1], trouble[1]);
	err = errno;
	sigprocmask(SIG_SETMASK, &before, NULL);
	errno = err;
	if (pid > 0) {
		*spawned = (struct spawned){pid, in[1], out[0], trouble[0]};
		in[1] = out[0] = trouble[0] = -1;
	}
out:
	err = errno;
	close_pipe(in);
	close_pipe(out);
	close_pipe(trouble);
	errno = err;
	return pid > 0 ? 0 : -1;
}

int
spawn_error(struct spawned *s)
{
	int err = 0;
	ssize_t n = s->trouble >= 0 ? read(s->trouble, &err, sizeof(err)) : 0;

	close_fd(&s->trouble);
	return n == (ssize_t)sizeof(err) ? err : 0;
}

void
spawn_signal(const struct spawned *s, int sig)
{
	/* There is no group for the moment between fork and setsid. */
	if (kill(-s->pid, sig) != 0 && errno == ESRCH)
		kill(s->pid, sig);
}

void
spawn_close(struct spawned *s)
{
	close_fd(&s->in);
	close_fd(&s->out);
	close_fd(&s->trouble);
}
