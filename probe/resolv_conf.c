/* resolv.conf(5): the nameservers that the system would ask. */
#include "probe/resolv_conf.h"

#include <ares.h>
#include <arpa/inet.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"

enum { DNS_PORT = 53, RESOLV_CONF_MAX = 64 * 1024 };

struct reading {
	const char *path;
	int (*nameserver)(const char *text, void *arg);
	void *arg;
	int found;
};

/*
 * Opens a file to read; -1 after logging, as for anything that is no regular file and might not
 * end.
 */
static int
regular_open(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;

	if (fd < 0) {
		log_warn("%s", path);
		return -1;
	}
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		return fd;
	log_warnx("%s: not a regular file", path);
	close(fd);
	return -1;
}

static int
file_read(const char *path, struct buf *out)
{
	int fd = regular_open(path);
	ssize_t n;

	if (fd < 0)
		return -1;
	n = read(fd, buf_room(out, RESOLV_CONF_MAX), RESOLV_CONF_MAX);
	if (n < 0)
		log_warn("%s", path);
	else
		out->len = (size_t)n;
	if (n == RESOLV_CONF_MAX)
		log_warnx("%s: only the first %d bytes are read", path, RESOLV_CONF_MAX);
	close(fd);
	return n < 0 ? -1 : 0;
}

/* One line of resolv.conf(5), cut up in place. */
static void
read_line(struct reading *rd, int line, char *text)
{
	char *rest, *word;

	text[strcspn(text, "#;")] = '\0';
	word = strtok_r(text, " \t\r", &rest);
	if (word == NULL || strcmp(word, "nameserver") != 0)
		return;
	word = strtok_r(NULL, " \t\r,", &rest);
	if (word == NULL)
		log_warnx("%s:%d: nameserver without an address: left out", rd->path, line);
	for (; word != NULL; word = strtok_r(NULL, " \t\r,", &rest))
		if (rd->nameserver(word, rd->arg) < 0)
			log_warnx(
			    "%s:%d: nameserver %s: not an address that can be asked: left out",
			    rd->path, line, word);
		else
			rd->found++;
}

static void
read_lines(struct reading *rd)
{
	struct buf text = BUF_EMPTY;
	char *line, *end;
	int number = 0;

	if (file_read(rd->path, &text) == 0 && text.len > 0) {
		for (line = text.data; line < text.data + text.len; line = end + 1) {
			end = memchr(line, '\n', (size_t)(text.data + text.len - line));
			if (end == NULL)
				end = text.data + text.len;
			*end = '\0';
			read_line(rd, ++number, line);
		}
	}
	buf_free(&text);
}

static void
take_ares_server(struct reading *rd, const struct ares_addr_port_node *s)
{
	int port = s->udp_port != 0 ? s->udp_port : DNS_PORT;
	char ip[INET6_ADDRSTRLEN], *text;

	inet_ntop(s->family, &s->addr, ip, sizeof(ip));
	if (strcmp(ip, "127.0.0.1") == 0)
		return;
	text = xasprintf(s->family == AF_INET ? "%s:%d" : "[%s]:%d", ip, port);
	(void)rd->nameserver(text, rd->arg); /* what it cannot use, its line has told */
	free(text);
}

/*
 * What c-ares finds in the file beyond that, such as the forms of later versions. By itself it
 * would not do: 1.18 drops lines with a port or a scope, tells nobody, and when none is left
 * assumes 127.0.0.1, which nobody configured. That one never comes from here: where the file
 * does name it, the lines have told.
 */
static void
read_ares(struct reading *rd)
{
	struct ares_addr_port_node *servers = NULL, *s;
	struct ares_options options = {.resolvconf_path = xstrdup(rd->path)};
	ares_channel channel;

	if (ares_init_options(&channel, &options, ARES_OPT_RESOLVCONF) == ARES_SUCCESS) {
		if (ares_get_servers_ports(channel, &servers) == ARES_SUCCESS)
			for (s = servers; s != NULL; s = s->next)
				take_ares_server(rd, s);
		ares_free_data(servers);
		ares_destroy(channel);
	}
	free(options.resolvconf_path);
}

void
resolv_conf_read(const char *path, int (*nameserver)(const char *text, void *arg), void *arg)
{
	struct reading rd = {.path = path, .nameserver = nameserver, .arg = arg};

	read_lines(&rd);
	if (rd.found > 0)
		read_ares(&rd);
}
