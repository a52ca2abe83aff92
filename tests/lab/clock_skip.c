/*
 * The clocks of clock_page.h, for one program: loaded before its libraries (ld.so(8)), with the page's file in $LAB_CLOCK_PAGE. Where
 * its event loop waits and watches no internet socket, or only such from which nothing will come, the time goes by at once, until the
 * loop's next timer or until the lab wants something to happen first.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "tests/lab/clock_page.h"

enum {
	FDS_MOST = 65536,
	/* What the lab sees for so long is no accident. */
	QUIET_LOOKS = 10,
	LOOK_MS = 2,
};

static const int64_t second_ns = 1000000000, ms_ns = 1000000;

static struct clock_page *page; /* NULL: the machine's time */
static _Atomic bool is_internet[FDS_MOST], is_watched[FDS_MOST];
static _Atomic int nwatched;

/* --- clocks ----------------------------------------------------------------------------------- */

typedef int clock_reader(clockid_t clock, struct timespec *out);

/* The C library's own, which needs no system call: its name is what is replaced here. */
static clock_reader *machine_clock;

static int64_t
machine_ns(void)
{
	struct timespec ts;

	machine_clock(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * second_ns + ts.tv_nsec;
}

static int64_t
country_ns(void)
{
	return machine_ns() + page->skipped_ns;
}

__attribute__((constructor)) static void
map_page(void)
{
	const char *path = getenv("LAB_CLOCK_PAGE");
	int fd = path != NULL ? open(path, O_RDWR | O_CLOEXEC) : -1;
	void *map = fd >= 0 ? mmap(NULL, sizeof(*page), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) : MAP_FAILED;

	if (fd >= 0)
		syscall(SYS_close, fd);
	/* ISO C has no cast from an object's address to a function's. */
	*(void **)&machine_clock = dlsym(RTLD_NEXT, "clock_gettime");
	if (map != MAP_FAILED && machine_clock != NULL)
		page = map;
}

/* Which of the page's clocks it is; NULL: none of them. */
static const _Atomic int64_t *
beyond(clockid_t clock)
{
	switch (clock) {
	case CLOCK_REALTIME:
	case CLOCK_REALTIME_COARSE:
		return &page->wall_ns;
	case CLOCK_MONOTONIC:
	case CLOCK_MONOTONIC_COARSE:
	case CLOCK_MONOTONIC_RAW:
		return &page->awake_ns;
	case CLOCK_BOOTTIME:
		return &page->boot_ns;
	default:
		return NULL;
	}
}

int
clock_gettime(clockid_t clock, struct timespec *out)
{
	const _Atomic int64_t *more = page != NULL ? beyond(clock) : NULL;
	int64_t ns;

	if (more == NULL)
		return (int)syscall(SYS_clock_gettime, clock, out);
	ns = country_ns() + *more;
	out->tv_sec = ns / second_ns;
	out->tv_nsec = ns % second_ns;
	return 0;
}

int
gettimeofday(struct timeval *restrict out, void *restrict zone)
{
	struct timespec now;

	(void)zone;
	clock_gettime(CLOCK_REALTIME, &now);
	out->tv_sec = now.tv_sec;
	out->tv_usec = now.tv_nsec / 1000;
	return 0;
}

time_t
time(time_t *out)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	if (out != NULL)
		*out = now.tv_sec;
	return now.tv_sec;
}

/* --- is anything under way? ------------------------------------------------------------------- */

/* Connections that are kept open for later are not watched. */
static void
watch(int fd, bool watched)
{
	if (fd >= 0 && fd < FDS_MOST && is_internet[fd] && atomic_exchange(&is_watched[fd], watched) != watched)
		nwatched += watched ? 1 : -1;
}

int
socket(int family, int type, int protocol)
{
	int fd = (int)syscall(SYS_socket, family, type, protocol);

	if (fd >= 0 && fd < FDS_MOST)
		is_internet[fd] = family == AF_INET || family == AF_INET6;
	return fd;
}

int
close(int fd)
{
	watch(fd, false);
	return (int)syscall(SYS_close, fd);
}

int
epoll_ctl(int epfd, int op, int fd, struct epoll_event *event)
{
	int result = (int)syscall(SYS_epoll_ctl, epfd, op, fd, event);

	if (result == 0)
		watch(fd, op != EPOLL_CTL_DEL);
	return result;
}

/* --- is anything sent? ------------------------------------------------------------------------ */

static void
sending(int fd)
{
	if (page != NULL && fd >= 0 && fd < FDS_MOST && is_internet[fd])
		page->quiet = 0;
}

int
connect(int fd, const struct sockaddr *to, socklen_t len)
{
	sending(fd);
	return (int)syscall(SYS_connect, fd, to, len);
}

ssize_t
sendto(int fd, const void *data, size_t len, int flags, const struct sockaddr *to, socklen_t to_len)
{
	sending(fd);
	return syscall(SYS_sendto, fd, data, len, flags, to, to_len);
}

ssize_t
send(int fd, const void *data, size_t len, int flags)
{
	return sendto(fd, data, len, flags, NULL, 0);
}

ssize_t
sendmsg(int fd, const struct msghdr *message, int flags)
{
	sending(fd);
	return syscall(SYS_sendmsg, fd, message, flags);
}

ssize_t
write(int fd, const void *data, size_t len)
{
	sending(fd);
	return syscall(SYS_write, fd, data, len);
}

ssize_t
writev(int fd, const struct iovec *parts, int n)
{
	sending(fd);
	return syscall(SYS_writev, fd, parts, n);
}

/* --- waiting ---------------------------------------------------------------------------------- */

/* libevent does with timeouts in milliseconds what it cannot do with these. */
int
timerfd_create(int clock, int flags)
{
	(void)clock;
	(void)flags;
	errno = ENOSYS;
	return -1;
}

static int
wait_truly(int epfd, struct epoll_event *events, int most, int timeout_ms)
{
	return (int)syscall(SYS_epoll_pwait, epfd, events, most, timeout_ms, NULL, (size_t)8);
}

/* For as long as something may still come, or to the timeout. Returns what epoll_wait does; *left_ns gets what is left of the timeout. */
static int
wait_for_network(int epfd, struct epoll_event *events, int most, int timeout_ms, int64_t *left_ns)
{
	int64_t began_ns = machine_ns(), all_ns = timeout_ms < 0 ? INT64_MAX / 2 : timeout_ms * ms_ns;
	int n = wait_truly(epfd, events, most, 0);

	*left_ns = all_ns;
	while (n == 0 && *left_ns > 0 && nwatched > 0 && page->quiet < QUIET_LOOKS) {
		n = wait_truly(epfd, events, most, *left_ns < LOOK_MS * ms_ns ? (int)(*left_ns / ms_ns) : LOOK_MS);
		*left_ns = all_ns - (machine_ns() - began_ns);
	}
	if (n > 0)
		page->quiet = 0;
	return n;
}

int
epoll_wait(int epfd, struct epoll_event *events, int most, int timeout_ms)
{
	int64_t left_ns, room_ns;
	int n;

	if (page == NULL)
		return wait_truly(epfd, events, most, timeout_ms);
	n = wait_for_network(epfd, events, most, timeout_ms, &left_ns);
	while (left_ns > 0 && n == 0) {
		room_ns = page->stop_ns - country_ns();
		if (room_ns > 0) {
			room_ns = room_ns < left_ns ? room_ns : left_ns;
			page->skipped_ns += room_ns;
			left_ns -= room_ns;
			continue;
		}
		/* It is the lab's turn; meanwhile signals and what other programs do may come. */
		page->waiting = nwatched == 0;
		n = wait_truly(epfd, events, most, 1);
		page->waiting = 0;
	}
	return n;
}
