/* An older kernel. */
#include "config.h"

#include "tests/old_kernel.h"

#ifdef HAVE_SECCOMP

#include <errno.h>
#include <linux/landlock.h>
#include <pthread.h>
#include <seccomp.h>

static int notifier, version;

static void *
answer(void *arg)
{
	struct seccomp_notif *question;
	struct seccomp_notif_resp *response;

	(void)arg;
	if (seccomp_notify_alloc(&question, &response) != 0)
		return NULL;
	while (seccomp_notify_receive(notifier, question) == 0) {
		response->id = question->id;
		response->flags = 0;
		response->val = version;
		response->error = version > 0 ? 0 : -ENOSYS;
		seccomp_notify_respond(notifier, response);
	}
	seccomp_notify_free(question, response);
	return NULL;
}

/* Only the question which version it has goes to the other thread: its third argument tells. */
bool
old_kernel_begin(int abi)
{
	const struct scmp_arg_cmp asks = {
	    .arg = 2, .op = SCMP_CMP_EQ, .datum_a = LANDLOCK_CREATE_RULESET_VERSION};
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ALLOW);
	pthread_t thread;

	version = abi;
	if (ctx == NULL ||
	    seccomp_rule_add_array(ctx, SCMP_ACT_NOTIFY,
		seccomp_syscall_resolve_name("landlock_create_ruleset"), 1, &asks) != 0 ||
	    seccomp_load(ctx) != 0)
		return false;
	notifier = seccomp_notify_fd(ctx);
	seccomp_release(ctx);
	return notifier >= 0 && pthread_create(&thread, NULL, answer, NULL) == 0;
}

#else

bool
old_kernel_begin(int abi)
{
	(void)abi;
	return false;
}

#endif
