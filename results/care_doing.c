/* An act of the quota, from its announcement to its end. */
#include "results/care_doing.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/directory.h"
#include "base/log.h"
#include "base/mem.h"
#include "results/care_find.h"
#include "results/segment.h"

struct care_doing {
	int dir_fd;
	struct care_act act;
	care_tell *tell;
	void *arg;
	bool told; /* by this process */
	enum care_step (*next)(struct care_doing *doing, size_t budget);
	struct care_find *find;
};

static enum care_step tell(struct care_doing *doing, size_t budget);
static enum care_step find(struct care_doing *doing, size_t budget);
static enum care_step perform(struct care_doing *doing, size_t budget);

struct care_doing *
care_doing_new(int dir_fd, struct care_act *act, bool resumed, care_tell *tell_of_it, void *arg)
{
	struct care_doing *doing = xcalloc(1, sizeof(*doing));

	doing->dir_fd = dir_fd;
	doing->act = *act;
	*act = (struct care_act){0};
	doing->tell = tell_of_it;
	doing->arg = arg;
	doing->next = resumed ? find : tell;
	return doing;
}

void
care_doing_free(struct care_doing *doing)
{
	if (doing == NULL)
		return;
	care_find_free(doing->find);
	care_act_clear(&doing->act);
	free(doing);
}

static enum care_step
tell(struct care_doing *doing, size_t budget)
{
	bool again = doing->told;

	(void)budget;
	doing->told = true;
	if (doing->tell == NULL || doing->tell(&doing->act, again, doing->arg) != 0) {
		errno = EAGAIN;
		return CARE_FAILED;
	}
	doing->next = find;
	return CARE_MORE;
}

/* Not found: it is told of, or told of again as something new. */
static enum care_step
find(struct care_doing *doing, size_t budget)
{
	enum care_step step;
	bool found = false, was_told = doing->told;

	if (doing->find == NULL)
		doing->find = care_find_new(doing->dir_fd, doing->act.id);
	step = care_find_step(doing->find, budget, &found);
	if (step == CARE_MORE)
		return step;
	care_find_free(doing->find);
	doing->find = NULL;
	if (step == CARE_FAILED)
		return step;
	doing->next = found ? perform : tell;
	if (found || !was_told)
		return CARE_MORE;
	doing->told = false;
	log_warnx("no record in the journal tells of what the quota is to take: nothing goes");
	errno = EAGAIN;
	return CARE_FAILED;
}

/* Without a .thin it was renamed before we were interrupted. */
static int
replace(int dir_fd, const char *name)
{
	char from[SEGMENT_FILE_SIZE], to[SEGMENT_FILE_SIZE];

	segment_file_name(name, SEGMENT_THIN, from);
	segment_file_name(name, SEGMENT_ZST, to);
	return renameat(dir_fd, from, dir_fd, to) == 0 || errno == ENOENT ? 0 : -1;
}

/* What is not there was removed before. */
static int
perform_on(int dir_fd, enum care_act_kind kind, const struct care_act_segment *segment)
{
	char file[SEGMENT_FILE_SIZE];
	unsigned i;

	if (segment->replaced && replace(dir_fd, segment->name) == -1)
		return -1;
	for (i = 0; i < SEGMENT_FILE_MAX; i++) {
		if ((segment->replaced && i == SEGMENT_ZST) ||
		    (kind == CARE_ACT_THIN && (segment->replaced || i == SEGMENT_TORN)))
			continue;
		segment_file_name(segment->name, i, file);
		if (unlinkat(dir_fd, file, 0) == -1 && errno != ENOENT)
			return -1;
	}
	return 0;
}

/* The intent goes when what it announced lasts. */
static enum care_step
perform(struct care_doing *doing, size_t budget)
{
	const struct care_act *act = &doing->act;
	size_t i;

	(void)budget;
	for (i = 0; i < act->nsegments; i++)
		if (perform_on(doing->dir_fd, act->kind, &act->segments[i]) == -1) {
			log_warn("%s: cannot %s it", act->segments[i].name,
			    care_act_kind_name(act->kind));
			return CARE_FAILED;
		}
	if (directory_sync(doing->dir_fd) == -1 || care_act_remove(doing->dir_fd) == -1)
		return CARE_FAILED;
	log_info("%s: quota: %s, %lld records, %lld bytes: %s", act->day,
	    care_act_kind_name(act->kind), (long long)act->records, (long long)act->bytes,
	    act->reason);
	return CARE_DONE;
}

enum care_step
care_doing_step(struct care_doing *doing, size_t budget)
{
	return doing->next(doing, budget);
}

const struct care_act *
care_doing_act(const struct care_doing *doing)
{
	return &doing->act;
}
