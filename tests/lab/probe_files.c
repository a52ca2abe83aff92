/* The files that a probe in the lab is given. */
#include "tests/lab/probe_files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"
#include "tests/lab/line.h"
#include "tests/lab/scenario.h"

static const char store[] = "/etc/ssl/certs/ca-certificates.crt";

static const char controls_head[] =
    "url,category_code,category_description,date_added,source,notes\n";

static const char controls[] =
    "https://control1.lab/,CTRL,Control content,,lab,foreign\n"
    "https://control2.lab/,CTRL,Control content,,lab,foreign\n"
    "https://control3.lab/,CTRL,Control content,,lab,foreign\n"
    "https://control4.lab/,CTRL,Control content,,lab,foreign\n"
    "https://control5.lab/,CTRL,Control content,,lab,foreign\n"
    "https://control1.kz/,CTRL,Control content,,lab,domestic:KZ\n"
    "https://control2.kz/,CTRL,Control content,,lab,domestic:KZ\n"
    "https://control3.kz/,CTRL,Control content,,lab,domestic:KZ\n"
    "http://captive1.lab/generate_204,CTRL,Control content,,lab,portal status=204\n"
    "http://captive2.lab/success.txt,CTRL,Control content,,lab,portal body=success\n";

static const struct {
	const char *name, *ip;
} resolvers[] = {{"isp", "203.0.113.53"}, {"router", "192.168.1.1"}, {"public", "198.51.100.8"}};

static const char *
resolver_ip(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(resolvers) / sizeof(resolvers[0]); i++)
		if (strcmp(resolvers[i].name, name) == 0)
			return resolvers[i].ip;
	return name;
}

/* Writes text to dir/name. */
static int
write_text(const char *dir, const char *name, const char *text)
{
	char *path = xasprintf("%s/%s", dir, name);
	FILE *file = fopen(path, "we");
	int result = file != NULL && fputs(text, file) >= 0 ? 0 : -1;

	if (file != NULL && fclose(file) != 0)
		result = -1;
	if (result != 0)
		log_error("cannot write %s", path);
	free(path);
	return result;
}

static int
write_resolv_conf(const char *dir, const char *name, const char *ip)
{
	char *text = xasprintf("nameserver %s\n", ip);
	int result = write_text(dir, name, text);

	free(text);
	return result;
}

static int
write_controls(const char *dir, const struct words *own)
{
	struct buf text = BUF_EMPTY;
	const char *control;
	size_t i;
	int url, result;

	buf_puts(&text, controls_head);
	for (i = 0; i < own->n; i++) {
		control = own->items[i];
		url = (int)strcspn(control, " \t");
		buf_printf(&text, "%.*s,CTRL,Control content,,lab,%s\n", url, control,
		    control + url + strspn(control + url, " \t"));
	}
	if (own->n == 0)
		buf_puts(&text, controls);
	result = write_text(dir, "controls.csv", buf_str(&text));
	buf_free(&text);
	return result;
}

int
probe_files_write(const char *dir, const char *certs, const struct scenario *scenario, const struct line *line)
{
	char *text = xasprintf("[probe]\n"
			       "state = %s/state\n"
			       "roots = %s/roots.pem\n"
			       "country = KZ\n"
			       "asn = AS64500\n"
			       "network_name = Lab Telecom\n"
			       "[targets]\n"
			       "controls = %s/controls.csv\n"
			       "[dns]\n"
			       "resolv_conf = %s/resolv.conf\n"
			       "resolver = 198.51.100.8\n"
			       "doh = https://doh1.lab/dns-query#198.51.100.11\n"
			       "doh = https://doh2.lab/dns-query#198.51.100.12\n"
			       "[limits]\n"
			       "scale = %g\n",
	    dir, certs, dir, dir, scenario->scale);
	int result = write_text(dir, "netvane.conf", text);

	free(text);
	if (result != 0 || write_controls(dir, &scenario->controls) != 0)
		return -1;
	return write_resolv_conf(dir, "resolv.conf", resolver_ip(line->resolver));
}

int
probe_files_write_control(const char *dir, const char *certs)
{
	char *text = xasprintf("[probe]\nroots = %s/roots.pem\n[dns]\nresolv_conf = %s/control-resolv.conf\n"
			       "resolver =\ndoh =\n",
	    certs, dir);
	int result = write_text(dir, "control.conf", text);

	free(text);
	return result != 0 ? result : write_resolv_conf(dir, "control-resolv.conf", "198.51.100.8");
}

static int
append_file(FILE *out, const char *path)
{
	FILE *in = fopen(path, "re");
	char bytes[4096];
	size_t n;

	if (in == NULL) {
		log_error("cannot read %s", path);
		return -1;
	}
	while ((n = fread(bytes, 1, sizeof(bytes), in)) > 0)
		fwrite(bytes, 1, n, out);
	fclose(in);
	return ferror(out) ? -1 : 0;
}

int
probe_files_write_store(const char *path, const char *certs, const char *root, const char **over)
{
	FILE *out = fopen(path, "we");
	char *added = xasprintf("%s/%s", certs, root);
	int result = -1;

	if (out != NULL) {
		result = append_file(out, store) | append_file(out, added);
		if (fclose(out) != 0)
			result = -1;
	}
	if (result != 0)
		log_error("cannot write %s", path);
	free(added);
	*over = store;
	return result;
}
