/* PEM files, one for each chain. What a stranger chose as a name becomes a file's name only after cleaning. */
#include "analysis/interception_pem.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <openssl/pem.h>

#include "analysis/interception.h"
#include "base/clock.h"
#include "base/directory.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/table.h"
#include "results/measurement.h"

enum { NAME_MOST = 60 };

/* Letters, digits, dots within, and hyphens for whatever else. */
static void
clean_name(const char *text, char name[NAME_MOST + 1])
{
	size_t n = 0;

	for (; *text != '\0' && n < NAME_MOST; text++) {
		unsigned char c = (unsigned char)*text;

		if (c < 0x80 && (isalnum(c) || (c == '.' && n > 0)))
			name[n++] = (char)tolower(c);
		else if (n > 0 && name[n - 1] != '-')
			name[n++] = '-';
	}
	while (n > 0 && (name[n - 1] == '-' || name[n - 1] == '.'))
		n--;
	if (n == 0)
		name[n++] = 'x';
	name[n] = '\0';
}

static FILE *
create(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	FILE *file = fd != -1 ? fdopen(fd, "w") : NULL;

	if (file == NULL) {
		log_error("%s", path);
		if (fd != -1)
			close(fd);
	}
	return file;
}

/* Text before a block is no part of it (RFC 7468, 2). */
static void
write_head(FILE *file, const struct forged_target *target, const struct cert *cert, const char *what)
{
	struct arena *arena = arena_new();
	char time[CLOCK_TEXT_SIZE];
	const struct chain_facts *f = &cert->facts;

	fprintf(file, "%s for %s\n", what, table_clean(arena, target->url));
	fprintf(file, "subject: %s\n", f->subject != NULL ? table_clean(arena, f->subject) : "?");
	fprintf(file, "issuer: %s\n", f->issuer != NULL ? table_clean(arena, f->issuer) : "?");
	if (cert == target->cert) {
		fprintf(file, "first seen: %s\n", clock_rfc3339(target->first_us, time));
		fprintf(file, "record: %s\n", table_clean(arena, target->record));
	}
	fprintf(file, "SHA-256 of the first certificate: %s\n\n", cert->sha256);
	arena_free(arena);
}

static int
write_chain(const char *path, const struct forged_target *target, const struct cert *cert, const char *what)
{
	FILE *file = create(path);
	size_t i;
	int failed;

	if (file == NULL)
		return -1;
	write_head(file, target, cert, what);
	for (i = 0; i < cert->n; i++)
		PEM_write(file, "CERTIFICATE", "", cert->der[i].data, (long)cert->der[i].len);
	failed = ferror(file) != 0;
	if (fclose(file) != 0 || failed) {
		log_error("%s", path);
		return -1;
	}
	return 0;
}

static int
write_target(const char *dir, const struct forged_target *target, size_t number)
{
	char host[NAME_MOST + 1], *path;
	int result = 0;

	clean_name(target->host != NULL ? target->host : target->url, host);
	if (target->cert->der != NULL) {
		path = xasprintf("%s/%02zu-%s.forged.pem", dir, number, host);
		result |= write_chain(path, target, target->cert, "Forged chain");
		free(path);
	}
	if (target->expected != NULL && target->expected->der != NULL) {
		path = xasprintf("%s/%02zu-%s.expected.pem", dir, number, host);
		result |= write_chain(path, target, target->expected, "Chain that was expected");
		free(path);
	}
	return result;
}

static int
write_group(const char *dir, const struct forged_group *group, size_t number)
{
	char name[NAME_MOST + 1], *path;
	size_t i;
	int result;

	clean_name(group->known != NULL ? group->known->name : group->issuer != NULL ? group->issuer : "", name);
	path = xasprintf("%s/%02zu-%s", dir, number, name);
	result = directory_make(path);
	if (result == -1)
		log_error("%s", path);
	for (i = 0; result == 0 && i < group->ntargets; i++)
		result = write_target(path, &group->targets[i], i + 1);
	free(path);
	return result;
}

int
interception_pem_write(const struct interception_report *report, const char *dir)
{
	size_t i;

	if (directory_make(dir) == -1) {
		log_error("%s", dir);
		return -1;
	}
	for (i = 0; i < report->ngroups; i++)
		if (write_group(dir, &report->groups[i], i + 1) != 0)
			return -1;
	return 0;
}
