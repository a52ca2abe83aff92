/* Consent: the text, the question, the record. */
#include "probe/consent.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/directory.h"
#include "base/log.h"
#include "base/mem.h"

const char *
consent_text(void)
{
	return "netvane tests whether your internet line reaches social media and news sites.\n"
	       "\n"
	       "What it does\n"
	       "  - It looks up the sites' names, connects to them and fetches their front page,\n"
	       "    as a browser does when you open them. Nothing is installed or changed.\n"
	       "  - It visits some well-known sites as well, to see that your line works.\n"
	       "  - Where a site fails, it finds out why by tests that no browser makes: it sends\n"
	       "    that site's name to servers of others, and other names to that site.\n"
	       "  - It writes what it saw to files on this computer that only you can read.\n"
	       "    It sends them to nobody.\n"
	       "\n"
	       "What you should know\n"
	       "  - Your provider, and whoever watches your line, can see which sites you test\n"
	       "    and when, and could guess from the pattern that you are measuring. netvane\n"
	       "    does not hide. Some of the sites may be blocked or unlawful to open where\n"
	       "    you are.\n"
	       "  - Names are also looked up at public resolvers (Google, Quad9, Cloudflare),\n"
	       "    which see your address while they answer.\n"
	       "  - The results leave your address out as far as netvane can know it, but they\n"
	       "    show that a measurement was made, when, and what was blocked. Think about\n"
	       "    who may find them on this computer.\n"
	       "  - If a test like this could put you or others in danger, do not run it.\n"
	       "\n"
	       "More: docs/safety.md, and netvane(1).\n";
}

static char *
consent_path(const char *state_dir)
{
	return xasprintf("%s/consent", state_dir);
}

bool
consent_given(const char *state_dir)
{
	char *path = consent_path(state_dir), line[128];
	FILE *file = fopen(path, "re");
	int version = 0;

	while (file != NULL && version == 0 && fgets(line, sizeof(line), file) != NULL)
		if (sscanf(line, "version = %d", &version) != 1)
			version = 0;
	if (file != NULL)
		fclose(file);
	free(path);
	return version == CONSENT_VERSION;
}

bool
consent_can_ask(void)
{
	return isatty(STDIN_FILENO) && isatty(STDERR_FILENO);
}

bool
consent_ask(void)
{
	char line[64];

	fprintf(stderr, "%s\nDo you want netvane to measure from this line? Type yes or no: ",
	    consent_text());
	for (;;) {
		fflush(stderr);
		if (fgets(line, sizeof(line), stdin) == NULL) {
			fputc('\n', stderr); /* the end of input leaves the cursor behind the question */
			return false;
		}
		line[strcspn(line, "\r\n")] = '\0';
		if (strcasecmp(line, "yes") == 0 || strcasecmp(line, "y") == 0)
			return true;
		if (strcasecmp(line, "no") == 0 || strcasecmp(line, "n") == 0)
			return false;
		fprintf(stderr, "Please type yes or no: ");
	}
}

int
consent_record(const char *state_dir, const char *how)
{
	char *path = consent_path(state_dir), *fresh = xasprintf("%s.new", path);
	char when[CLOCK_TEXT_SIZE];
	FILE *file = NULL;
	int fd, result = -1;

	if (directory_make(state_dir) != 0) {
		log_error("cannot create the state directory %s", state_dir);
		goto out;
	}
	fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	file = fd >= 0 ? fdopen(fd, "w") : NULL;
	if (file == NULL || fprintf(file, "version = %d\ntime = %s\nhow = %s\n", CONSENT_VERSION,
				clock_rfc3339(clock_wall_us(), when), how) < 0 ||
	    fflush(file) != 0 || fsync(fd) != 0 || rename(fresh, path) != 0) {
		log_error("cannot record the consent in %s", path);
		goto out;
	}
	result = 0;
out:
	if (file != NULL)
		fclose(file);
	free(path);
	free(fresh);
	return result;
}
