/* Reads the table of interception CAs, and compares a certificate with a row. */
#include "results/known_ca.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "results/dname.h"

/* The shipped table has some kilobytes. */
enum { FILE_MOST = 1024 * 1024, LINE_MOST = 4096 };

/* The columns, in this order, and so is the table's first line. */
enum {
	COLUMN_NAME,
	COLUMN_SUBJECT,
	COLUMN_ISSUER,
	COLUMN_SHA1,
	COLUMN_SHA256,
	COLUMN_SPKI,
	COLUMN_OBSERVED,
	COLUMN_WHEN,
	COLUMN_SOURCE,
	NCOLUMNS
};
static const char head[] =
    "name\tsubject\tissuer\tsha1\tsha256\tspki_sha256\tobserved\twhen\tsource";

/*
 * A common name of these words alone says nothing: a router, an antivirus and a ministry all call
 * theirs so. It counts with an organisation, or with its issuer.
 */
static const char *const generic_words[] = {"a", "access", "and", "authority", "ca", "cert",
    "certificate", "certificates", "certification", "default", "device", "firewall", "for",
    "gateway", "global", "information", "intermediate", "internal", "internet", "issuing", "local",
    "national", "network", "proxy", "public", "root", "secure", "security", "server", "services",
    "signing", "ssl", "state", "the", "tls", "trust", "trusted", "web"};

static bool
is_generic_word(const char *word, size_t len)
{
	size_t i;

	for (i = 0; i < sizeof(generic_words) / sizeof(generic_words[0]); i++)
		if (strlen(generic_words[i]) == len && strncmp(generic_words[i], word, len) == 0)
			return true;
	return strspn(word, "0123456789") >= len;
}

/* Whether a normal name is too little to know somebody by. */
static bool
is_generic(const char *normal)
{
	const char *cn = strncmp(normal, "cn=", 3) == 0 ? normal : strstr(normal, ",cn=");
	size_t len;

	if (strncmp(normal, "o=", 2) == 0 || strstr(normal, ",o=") != NULL)
		return false;
	if (cn == NULL)
		return true;
	for (cn = strchr(cn, '=') + 1; *cn != '\0' && *cn != ','; cn += len) {
		len = strcspn(cn, " ,");
		if (!is_generic_word(cn, len))
			return false;
		len += cn[len] == ' ';
	}
	return true;
}

static bool
is_hex(const char *text, size_t digits)
{
	return *text == '\0' ||
	       (strlen(text) == digits && strspn(text, "0123456789abcdef") == digits);
}

/* Returns NULL, or what is wrong with the name. */
static const char *
take_name(const char *text, char **name, struct arena *arena)
{
	*name = *text == '\0' ? arena_strdup(arena, "") : dname_normal_text(text, arena);
	return *name != NULL ? NULL : "a name is not as in C=KZ,O=Organisation,CN=Name";
}

static bool
has_fingerprint(const struct known_ca *ca)
{
	return *ca->sha1 != '\0' || *ca->sha256 != '\0' || *ca->spki_sha256 != '\0';
}

/* Returns NULL, or what is wrong with the row. */
static const char *
take_row(char *fields[NCOLUMNS], struct known_ca *ca, struct arena *arena)
{
	const char *observed = fields[COLUMN_OBSERVED];
	const char *wrong = take_name(fields[COLUMN_SUBJECT], &ca->subject, arena);

	if (wrong == NULL)
		wrong = take_name(fields[COLUMN_ISSUER], &ca->issuer, arena);
	if (wrong != NULL)
		return wrong;
	if (*fields[COLUMN_NAME] == '\0')
		return "the row has no name";
	if (!is_hex(fields[COLUMN_SHA1], 40) || !is_hex(fields[COLUMN_SHA256], 64) ||
	    !is_hex(fields[COLUMN_SPKI], 64))
		return "a fingerprint is not lower-case hexadecimal of its length";
	if (strcmp(observed, "yes") != 0 && strcmp(observed, "no") != 0)
		return "observed is neither yes nor no";
	ca->name = arena_strdup(arena, fields[COLUMN_NAME]);
	ca->sha1 = arena_strdup(arena, fields[COLUMN_SHA1]);
	ca->sha256 = arena_strdup(arena, fields[COLUMN_SHA256]);
	ca->spki_sha256 = arena_strdup(arena, fields[COLUMN_SPKI]);
	ca->observed = strcmp(observed, "yes") == 0;
	ca->when = arena_strdup(arena, fields[COLUMN_WHEN]);
	ca->source = arena_strdup(arena, fields[COLUMN_SOURCE]);
	if (has_fingerprint(ca))
		return NULL;
	if (*ca->subject == '\0')
		return "there is neither a fingerprint nor a subject";
	if (ca->observed && *ca->issuer == '\0' && is_generic(ca->subject))
		return "the subject is too common a name to accuse by; give an organisation, an "
		       "issuer or "
		       "a fingerprint";
	return NULL;
}

/* Takes the line apart in place. Returns NULL, or what is wrong. */
static const char *
read_line(char *line, struct known_cas *cas)
{
	char *fields[NCOLUMNS];
	struct known_ca ca, *kept;
	const char *wrong;
	size_t n = 0;

	while (line != NULL && n < NCOLUMNS)
		fields[n++] = strsep(&line, "\t");
	if (n < NCOLUMNS || line != NULL)
		return "not the nine fields of the first line";
	wrong = take_row(fields, &ca, cas->arena);
	if (wrong != NULL)
		return wrong;
	kept = ARENA_PUSH(cas->arena, cas->items, cas->n);
	*kept = ca;
	return NULL;
}

void
known_cas_parse(const char *path, const char *text, size_t len, struct known_cas *cas)
{
	const char *end = text + len, *stop, *wrong;
	bool headed = false;
	char *line;
	int number;

	if (cas->arena == NULL)
		cas->arena = arena_new();
	for (number = 1; text < end; text = stop + 1, number++) {
		stop = memchr(text, '\n', (size_t)(end - text));
		if (stop == NULL)
			stop = end;
		if (stop == text || *text == '#')
			continue;
		line = xstrndup(text, (size_t)(stop - text));
		line[strcspn(line, "\r")] = '\0';
		if (stop - text > LINE_MOST || !utf8_valid(text, (size_t)(stop - text)))
			wrong = "too long, or not UTF-8";
		else if (!headed)
			wrong = strcmp(line, head) == 0 ? NULL : "not the names of the columns";
		else
			wrong = read_line(line, cas);
		headed = true;
		if (wrong != NULL)
			log_warnx("%s:%d: %s", path, number, wrong);
		free(line);
	}
}

int
known_cas_read(const char *path, struct known_cas *cas)
{
	struct buf text = BUF_EMPTY;
	FILE *in = fopen(path, "re");
	size_t n = 0;
	bool fine;

	if (in == NULL) {
		log_warn("%s", path);
		return -1;
	}
	do {
		text.len += n;
		n = fread(buf_room(&text, 65536), 1, 65536, in);
	} while (n > 0 && text.len <= FILE_MOST);
	fine = !ferror(in) && n == 0;
	fclose(in);
	if (fine)
		known_cas_parse(path, text.data, text.len, cas);
	else
		log_warnx("%s: cannot be read, or is larger than 1 MiB", path);
	buf_free(&text);
	return fine ? 0 : -1;
}

void
known_cas_clear(struct known_cas *cas)
{
	arena_free(cas->arena);
	*cas = (struct known_cas){0};
}

/* Both known, and the same. */
static bool
same(const char *a, const char *b)
{
	return *a != '\0' && strcmp(a, b) == 0;
}

bool
known_ca_is_key(const struct known_ca *ca, const struct known_ca_key *key)
{
	return same(ca->sha256, key->sha256) || same(ca->sha1, key->sha1) ||
	       same(ca->spki_sha256, key->spki_sha256);
}

bool
known_ca_is_name(const struct known_ca *ca, const struct known_ca_key *key)
{
	if (has_fingerprint(ca))
		return false;
	if (*ca->issuer != '\0')
		return same(ca->subject, key->subject) && same(ca->issuer, key->issuer);
	return same(ca->subject, key->subject) || same(ca->subject, key->issuer);
}
