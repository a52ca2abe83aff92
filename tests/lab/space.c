/* The network namespaces of a lab. Addresses are given with ip(8), in batches. */
#include "tests/lab/space.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "tests/lab/line.h"

const char space_censor_home[] = "home", space_censor_world[] = "abroad";

/* Neighbours across the censor know each other's: it speaks neither ARP nor neighbour discovery. */
#define ROUTER_MAC "02:00:00:00:00:02"
#define WORLD_MAC "02:00:00:00:00:03"
const uint8_t space_router_mac[MAC_SIZE] = {2, 0, 0, 0, 0, 2},
              space_world_mac[MAC_SIZE] = {2, 0, 0, 0, 0, 3};

/* --- leaving --------------------------------------------------------------------------------- */

static int
write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	size_t len = strlen(text);
	bool written;

	if (fd < 0)
		return -1;
	written = write(fd, text, len) == (ssize_t)len;
	close(fd);
	return written ? 0 : -1;
}

/* Only the caller's own identity is mapped, which needs no privilege (user_namespaces(7)). */
static int
become_root(uid_t uid, gid_t gid)
{
	char map[64];

	snprintf(map, sizeof(map), "0 %u 1", (unsigned)uid);
	if (write_file("/proc/self/uid_map", map) != 0 ||
	    write_file("/proc/self/setgroups", "deny") != 0)
		return -1;
	snprintf(map, sizeof(map), "0 %u 1", (unsigned)gid);
	return write_file("/proc/self/gid_map", map);
}

static int
unshare_all(void)
{
	uid_t uid = geteuid();
	gid_t gid = getegid();
	int flags = CLONE_NEWNET | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC |
	            (uid != 0 ? CLONE_NEWUSER : 0);

	if (unshare(flags) != 0)
		return -1;
	return uid != 0 ? become_root(uid, gid) : 0;
}

static int
wait_for(pid_t pid)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* The first process of the new process namespace. */
static int
settle(void)
{
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
	    mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) != 0) {
		log_warn("no private /proc");
		return -1;
	}
	return 0;
}

/* Dies with its parent from here on. alive is a pipe whose other end only the first of the parents
 * holds. */
static void
die_with_parent(int alive)
{
	struct pollfd parent = {.fd = alive, .events = POLLIN};

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* It may have died before that. */
	if (poll(&parent, 1, 0) != 0)
		_exit(SPACE_REFUSED);
}

static pid_t
fork_or_die(void)
{
	pid_t pid = fork();

	if (pid < 0)
		log_fatal("no process");
	return pid;
}

/*
 * Two forks: after unshare it is only children that are in the process namespace, and once the
 * first of these is gone its parent can never fork again. That is nothing to do to a caller.
 */
int
space_leave(void)
{
	int alive[2];
	pid_t pid;

	if (pipe2(alive, O_CLOEXEC) != 0)
		log_fatal("no pipe");
	pid = fork_or_die();
	if (pid > 0) {
		close(alive[0]);
		return wait_for(pid);
	}
	close(alive[1]);
	die_with_parent(alive[0]);
	if (unshare_all() != 0) {
		log_warn("no namespaces");
		_exit(SPACE_REFUSED);
	}
	pid = fork_or_die();
	if (pid > 0)
		_exit(wait_for(pid));
	die_with_parent(alive[0]);
	if (settle() != 0)
		_exit(SPACE_REFUSED);
	return SPACE_INSIDE;
}

static bool
is_empty_directory(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	bool empty = dir != NULL;

	while (dir != NULL && empty && (entry = readdir(dir)) != NULL)
		empty = strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0;
	if (dir != NULL)
		closedir(dir);
	return empty;
}

/* Mounted over a directory that nobody misses, since nothing is in it: so nothing is left behind,
 * whatever happens. */
const char *
space_scratch(void)
{
	static const char *const places[] = {"/mnt", "/srv", "/media", "/opt"};
	size_t i;

	for (i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (is_empty_directory(places[i]) &&
		    mount("lab", places[i], "tmpfs", MS_NOSUID | MS_NODEV, "mode=0700") == 0)
			return places[i];
	return NULL;
}

/* --- ip(8) ----------------------------------------------------------------------------------- */

void
space_enter(const struct spaces *spaces, enum space space)
{
	if (setns(spaces->fds[space], CLONE_NEWNET) != 0)
		log_fatal("cannot enter a network namespace");
}

/* Runs a batch in a namespace. */
static int
ip_batch(const struct spaces *spaces, enum space space, const char *batch)
{
	int in[2];
	size_t len = strlen(batch);
	pid_t pid;

	if (pipe(in) != 0)
		log_fatal("no pipe");
	pid = fork_or_die();
	if (pid == 0) {
		space_enter(spaces, space);
		dup2(in[0], STDIN_FILENO);
		dup2(STDERR_FILENO, STDOUT_FILENO);
		close(in[0]);
		close(in[1]);
		execlp("ip", "ip", "-batch", "-", (char *)NULL);
		log_error("ip(8) of iproute2 is needed");
		_exit(127);
	}
	close(in[0]);
	if (write(in[1], batch, len) != (ssize_t)len)
		log_warn("ip(8) did not take its batch");
	close(in[1]);
	if (wait_for(pid) == 0)
		return 0;
	log_errorx("ip(8) did not do all of:\n%s", batch);
	return -1;
}

/* --- the pieces ------------------------------------------------------------------------------ */

/* A new network namespace, in which the process stays. */
static int
new_space(void)
{
	int fd;

	if (unshare(CLONE_NEWNET) != 0)
		return -1;
	fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	/* No waiting for duplicate addresses, no routes of the kernel's own making. */
	write_file("/proc/sys/net/ipv6/conf/all/accept_dad", "0");
	write_file("/proc/sys/net/ipv6/conf/default/accept_dad", "0");
	write_file("/proc/sys/net/ipv6/conf/default/dad_transmits", "0");
	write_file("/proc/sys/net/ipv6/conf/default/accept_ra", "0");
	write_file("/proc/sys/net/ipv6/conf/default/router_solicitations", "0");
	return fd;
}

/* Interfaces are made in the one namespace and moved to the other, which only a process id or a
 * path names. */
static char *
join(const struct spaces *spaces, enum space to, const char *name, const char *peer)
{
	return xasprintf("link add %s type veth peer name %s netns /proc/%ld/fd/%d\n", name, peer,
	    (long)getpid(), spaces->fds[to]);
}

static int
join_all(const struct spaces *spaces)
{
	static const struct {
		enum space from, to;
		const char *name, *peer;
	} pairs[] = {
	    {SPACE_CLIENT, SPACE_ROUTER, "eth0", "lan"},
	    {SPACE_ROUTER, SPACE_CENSOR, "wan", space_censor_home},
	    {SPACE_WORLD, SPACE_CENSOR, "net0", space_censor_world},
	};
	size_t i;
	int result = 0;
	char *batch;

	for (i = 0; i < sizeof(pairs) / sizeof(pairs[0]) && result == 0; i++) {
		batch = join(spaces, pairs[i].to, pairs[i].name, pairs[i].peer);
		result = ip_batch(spaces, pairs[i].from, batch);
		free(batch);
	}
	return result;
}

/*
 * Without checksum offload there is no segmentation offload either: what is sent over this
 * interface are real packets with real checksums, as a censor sees them.
 */
static int
offload_off(const struct spaces *spaces, enum space space, const char *interface)
{
	static const uint32_t commands[] = {
	    ETHTOOL_STXCSUM, ETHTOOL_SSG, ETHTOOL_STSO, ETHTOOL_SGSO, ETHTOOL_SGRO};
	struct ethtool_value value = {0};
	struct ifreq request = {0};
	int fd, result = 0;
	size_t i;

	space_enter(spaces, space);
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", interface);
	request.ifr_data = (char *)&value;
	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		value.cmd = commands[i];
		result |= ioctl(fd, SIOCETHTOOL, &request);
	}
	close(fd);
	if (result != 0)
		log_error("offload of %s cannot be switched off", interface);
	return result;
}

static const char client_batch[] = "link set lo up\n"
                                   "link set eth0 up\n"
                                   "addr add 192.168.1.2/24 dev eth0\n"
                                   "route add default via 192.168.1.1\n";
static const char client6_batch[] = "addr add 2001:db8:1::2/64 dev eth0 nodad\n"
                                    "route add default via 2001:db8:1::1\n";
static const char router_batch[] =
    "link set lo up\n"
    "link set lan up\n"
    "link set wan address " ROUTER_MAC "\n"
    "link set wan up\n"
    "addr add 192.168.1.1/24 dev lan\n"
    "addr add 2001:db8:1::1/64 dev lan nodad\n"
    "addr add 203.0.113.2 peer 203.0.113.1 dev wan\n"
    "addr add 2001:db8:2::2/64 dev wan nodad\n"
    "neigh add 203.0.113.1 lladdr " WORLD_MAC " nud permanent dev wan\n"
    "neigh add 2001:db8:2::1 lladdr " WORLD_MAC " nud permanent dev wan\n"
    "route add default via 203.0.113.1\n"
    "route add default via 2001:db8:2::1\n";
static const char censor_batch[] = "link set home up\n"
                                   "link set abroad up\n";
/* The world has every address of its prefixes; that of the router is carved out of them. */
static const char world_batch[] =
    "link set lo up\n"
    "link set net0 address " WORLD_MAC "\n"
    "link set net0 up\n"
    "addr add 2001:db8:2::1/64 dev net0 nodad\n"
    "route add local 203.0.113.0/24 dev lo\n"
    "route add local 198.18.0.0/15 dev lo\n"
    "route add local 198.51.100.0/24 dev lo\n"
    "route add local 192.0.2.0/24 dev lo\n"
    "route add local 2001:db8:100::/40 dev lo\n"
    "route add 203.0.113.2/32 dev net0 table local src 203.0.113.1\n"
    "neigh add 203.0.113.2 lladdr " ROUTER_MAC " nud permanent dev net0\n"
    "neigh add 2001:db8:2::2 lladdr " ROUTER_MAC " nud permanent dev net0\n"
    "route add 192.168.1.0/24 via 203.0.113.2 dev net0 onlink src 203.0.113.1\n"
    "route add 100.64.0.0/16 via 203.0.113.2 dev net0 onlink src 203.0.113.1\n"
    "route add 2001:db8:1::/64 via 2001:db8:2::2\n";

/* What a router does, and what the censor must not. */
static void
set_kernel(const struct spaces *spaces)
{
	space_enter(spaces, SPACE_ROUTER);
	write_file("/proc/sys/net/ipv4/ip_forward", "1");
	write_file("/proc/sys/net/ipv6/conf/all/forwarding", "1");
	/* A walk along the path asks more often than a router's usual limit allows. */
	write_file("/proc/sys/net/ipv4/icmp_ratelimit", "0");
	write_file("/proc/sys/net/ipv6/icmp/ratelimit", "0");
	space_enter(spaces, SPACE_WORLD);
	write_file("/proc/sys/net/ipv4/icmp_ratelimit", "0");
	write_file("/proc/sys/net/ipv6/icmp/ratelimit", "0");
	space_enter(spaces, SPACE_CENSOR);
	write_file("/proc/sys/net/ipv6/conf/all/disable_ipv6", "1");
}

int
spaces_make(struct spaces *spaces, const struct line *line)
{
	int i;

	for (i = 0; i < SPACE_MAX; i++)
		if ((spaces->fds[i] = new_space()) < 0) {
			log_error("no network namespace");
			return -1;
		}
	if (join_all(spaces) != 0)
		return -1;
	set_kernel(spaces);
	if (ip_batch(spaces, SPACE_CENSOR, censor_batch) != 0 ||
	    ip_batch(spaces, SPACE_CLIENT, client_batch) != 0 ||
	    (line->family != FAMILY_4 && ip_batch(spaces, SPACE_CLIENT, client6_batch) != 0) ||
	    ip_batch(spaces, SPACE_ROUTER, router_batch) != 0 ||
	    ip_batch(spaces, SPACE_WORLD, world_batch) != 0)
		return -1;
	return offload_off(spaces, SPACE_ROUTER, "wan") | offload_off(spaces, SPACE_WORLD, "net0");
}

int
spaces_trouble(const struct spaces *spaces, const struct line *line)
{
	if (line->link_down && ip_batch(spaces, SPACE_CLIENT, "link set eth0 down\n") != 0)
		return -1;
	/* It has a carrier and answers nobody. */
	if (line->gateway_dead && ip_batch(spaces, SPACE_ROUTER, "addr flush dev lan\n") != 0)
		return -1;
	return 0;
}

int
spaces_heal(const struct spaces *spaces, const struct line *line)
{
	/* Routes go with the link. */
	static const char link_batch[] = "link set eth0 up\n"
	                                 "route add default via 192.168.1.1\n";

	if (line->link_down && ip_batch(spaces, SPACE_CLIENT, link_batch) != 0)
		return -1;
	if (line->gateway_dead && ip_batch(spaces, SPACE_ROUTER, "addr add 192.168.1.1/24 dev lan\n") != 0)
		return -1;
	return 0;
}

int
spaces_forget_neighbours(const struct spaces *spaces)
{
	return ip_batch(spaces, SPACE_CLIENT, "neigh flush dev eth0\n");
}
