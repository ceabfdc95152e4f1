// Preloaded into a program, this shows it another wall clock than the host's; every other clock stays right, as it does when
// only the wall clock of a machine is wrong. CLOCK_SKEW holds the seconds that are added, or CLOCK_SKEW_FILE names a file that
// does and that may change at any time.
//
// Waits until an instant of the wall clock are turned back into the host's: an instant past 2001 cannot be one of a clock that
// counts from the machine's start.
#define _GNU_SOURCE
#include <ClockSkew.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define EARLIEST 1000000000

#define REAL(name) \
    static __typeof__(name) *real; \
    if (!real) real = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)

static int realClock(clockid_t id, struct timespec *now) {
    REAL(clock_gettime);
    return real(id, now);
}

static time_t skew(void) {
    static atomic_long seconds;
    static atomic_long readAt = -1;
    struct timespec now;
    if (realClock(CLOCK_MONOTONIC, &now)) return 0;
    long tick = now.tv_sec * 10 + now.tv_nsec / 100000000;
    if (atomic_load(&readAt) == tick) return atomic_load(&seconds);
    const char *path = getenv("CLOCK_SKEW_FILE");
    const char *fixed = getenv("CLOCK_SKEW");
    if (path) {
        char text[32] = {0};
        int file = open(path, O_RDONLY | O_CLOEXEC);
        // A file that is being written is read at the next tick.
        if (file >= 0 && read(file, text, sizeof text - 1) > 0) atomic_store(&seconds, atol(text));
        if (file >= 0) close(file);
    } else if (fixed) {
        atomic_store(&seconds, atol(fixed));
    }
    atomic_store(&readAt, tick);
    return atomic_load(&seconds);
}

int clock_gettime(clockid_t id, struct timespec *now) {
    int code = realClock(id, now);
    if (!code && (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE)) now->tv_sec += skew();
    return code;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
    (void)zone;
    struct timespec spec;
    if (clock_gettime(CLOCK_REALTIME, &spec)) return -1;
    now->tv_sec = spec.tv_sec;
    now->tv_usec = spec.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *now) {
    struct timespec spec;
    clock_gettime(CLOCK_REALTIME, &spec);
    if (now) *now = spec.tv_sec;
    return spec.tv_sec;
}

static struct timespec ofTheHost(const struct timespec *instant) {
    struct timespec host = *instant;
    if (host.tv_sec > EARLIEST) host.tv_sec -= skew();
    return host;
}

int sem_timedwait(sem_t *restrict semaphore, const struct timespec *restrict instant) {
    REAL(sem_timedwait);
    struct timespec host = ofTheHost(instant);
    return real(semaphore, &host);
}

int pthread_cond_timedwait(
    pthread_cond_t *restrict condition, pthread_mutex_t *restrict mutex, const struct timespec *restrict instant) {
    // The newest of its versions: the oldest is for conditions of another layout.
    static __typeof__(pthread_cond_timedwait) *real;
    if (!real) real = (__typeof__(real))dlvsym(RTLD_NEXT, "pthread_cond_timedwait", "GLIBC_2.3.2");
    if (!real) real = (__typeof__(real))dlsym(RTLD_NEXT, "pthread_cond_timedwait");
    struct timespec host = ofTheHost(instant);
    return real(condition, mutex, &host);
}

int timerfd_settime(int timer, int flags, const struct itimerspec *value, struct itimerspec *old) {
    REAL(timerfd_settime);
    struct itimerspec host = *value;
    if (flags & TFD_TIMER_ABSTIME) host.it_value = ofTheHost(&value->it_value);
    return real(timer, flags, &host, old);
}
