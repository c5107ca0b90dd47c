#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "files.h"

static int create(const char* path) {
  int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd < 0) fail(path);
  return fd;
}

static void check(int result, const char* path) {
  if (result < 0) fail(path);
}

static void do_write(char** w) {
  int fd = create(w[0]);
  write_all(fd, w[1], strlen(w[1]), w[0]);
  check(close(fd), w[0]);
}

static void do_append(char** w) {
  int fd = open(w[0], O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  check(fd, w[0]);
  write_all(fd, w[1], strlen(w[1]), w[0]);
  check(close(fd), w[0]);
}

static void do_fill(char** w) {
  static uint64_t buffer[8192];
  uint64_t state = w[2] ? strtoull(w[2], NULL, 0) : 1;
  int fd = create(w[0]);
  for (unsigned long long left = strtoull(w[1], NULL, 0); left > 0;) {
    size_t size = left < sizeof buffer ? left : sizeof buffer;
    for (size_t i = 0; i < (size + 7) / 8; ++i) buffer[i] = next_random(&state);
    write_all(fd, buffer, size, w[0]);
    left -= size;
  }
  check(close(fd), w[0]);
}

// Eight bytes at the start and at the end, nothing between them.
static void do_holes(char** w) {
  off_t size = strtoll(w[1], NULL, 0);
  int fd = create(w[0]);
  check(ftruncate(fd, size), w[0]);
  if (size >= 16 &&
      (pwrite(fd, "<start>\n", 8, 0) != 8 || pwrite(fd, "\n<end!>\n", 8, size - 8) != 8))
    fail(w[0]);
  check(close(fd), w[0]);
}

static void do_link(char** w) {
  check(link(w[0], w[1]), w[1]);
}
static void do_symlink(char** w) {
  check(symlink(w[0], w[1]), w[1]);
}
static void do_rename(char** w) {
  check(rename(w[0], w[1]), w[1]);
}
static void do_mkfifo(char** w) {
  check(mkfifo(w[0], 0644), w[0]);
}
static void do_mkdir(char** w) {
  check(mkdir(w[0], 0755), w[0]);
}
static void do_chmod(char** w) {
  check(chmod(w[1], (mode_t)strtoul(w[0], NULL, 8)), w[1]);
}
static void do_chown(char** w) {
  check(lchown(w[2], (uid_t)strtoul(w[0], NULL, 10), (gid_t)strtoul(w[1], NULL, 10)), w[2]);
}
static void do_truncate(char** w) {
  check(truncate(w[0], strtoll(w[1], NULL, 0)), w[0]);
}

static void do_socket(char** w) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  strncpy(address.sun_path, w[0], sizeof address.sun_path - 1);
  int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  check(fd, w[0]);
  check(bind(fd, (struct sockaddr*)&address, sizeof address), w[0]);
  close(fd);
}

static void do_setxattr(char** w) {
  check(lsetxattr(w[0], w[1], w[2], strlen(w[2]), 0), w[0]);
}

static void do_getxattr(char** w) {
  char value[65536];
  ssize_t size = lgetxattr(w[0], w[1], value, sizeof value);
  if (size < 0) fail(w[0]);
  fwrite(value, 1, (size_t)size, stdout);
  putchar('\n');
}

static void do_touch(char** w) {
  long long ns = strtoll(w[1], NULL, 10);
  struct timespec times[2] = {{.tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000}};
  times[1] = times[0];
  check(utimensat(AT_FDCWD, w[0], times, AT_SYMLINK_NOFOLLOW), w[0]);
}

static void do_rm(char** w) {
  struct stat info;
  check(lstat(w[0], &info), w[0]);
  if (!S_ISDIR(info.st_mode)) {
    check(unlink(w[0]), w[0]);
    return;
  }
  struct dirent** entries;
  int count = scandir(w[0], &entries, NULL, NULL);
  check(count, w[0]);
  for (int i = 0; i < count; ++i) {
    char* path;
    if (strcmp(entries[i]->d_name, ".") && strcmp(entries[i]->d_name, "..")) {
      if (asprintf(&path, "%s/%s", w[0], entries[i]->d_name) < 0) fail(w[0]);
      do_rm(&path);
      free(path);
    }
    free(entries[i]);
  }
  free(entries);
  check(rmdir(w[0]), w[0]);
}

static void do_cat(char** w) {
  static char buffer[1 << 16];
  int fd = open(w[0], O_RDONLY | O_CLOEXEC);
  check(fd, w[0]);
  fflush(stdout);
  ssize_t got;
  while ((got = read(fd, buffer, sizeof buffer)) > 0)
    write_all(STDOUT_FILENO, buffer, (size_t)got, "stdout");
  if (got < 0) fail(w[0]);
  close(fd);
}

static const char* type_of(mode_t mode) {
  switch (mode & S_IFMT) {
    case S_IFREG:
      return "file";
    case S_IFDIR:
      return "dir";
    case S_IFLNK:
      return "symlink";
    case S_IFIFO:
      return "fifo";
    case S_IFSOCK:
      return "socket";
    case S_IFCHR:
      return "char";
    default:
      return "block";
  }
}

static void print_stat(const char* path, const struct stat* info) {
  printf("type=%s mode=%04o uid=%u gid=%u size=%lld mtime_ns=%lld nlink=%lu blocks=%lld",
         type_of(info->st_mode), info->st_mode & 07777, info->st_uid, info->st_gid,
         S_ISDIR(info->st_mode) ? 0 : (long long)info->st_size,
         info->st_mtim.tv_sec * 1000000000LL + info->st_mtim.tv_nsec, (unsigned long)info->st_nlink,
         (long long)info->st_blocks);
  if (S_ISCHR(info->st_mode) || S_ISBLK(info->st_mode))
    printf(" device=%u:%u", major(info->st_rdev), minor(info->st_rdev));
  if (S_ISLNK(info->st_mode)) {
    char target[4096];
    ssize_t size = readlink(path, target, sizeof target - 1);
    if (size < 0) fail(path);
    target[size] = 0;
    printf(" target=");
    print_escaped(stdout, target);
  }
}

static void do_stat(char** w) {
  struct stat info;
  check(lstat(w[0], &info), w[0]);
  print_stat(w[0], &info);
  putchar('\n');
}

static void do_sum(char** w) {
  printf("%016llx\n", (unsigned long long)checksum(w[0]));
}

static int by_name(const struct dirent** a, const struct dirent** b) {
  return strcmp((*a)->d_name, (*b)->d_name);
}

static void do_ls(char** w) {
  struct dirent** entries;
  int count = scandir(w[0], &entries, NULL, by_name);
  check(count, w[0]);
  for (int i = 0; i < count; ++i) {
    if (!strcmp(entries[i]->d_name, ".") || !strcmp(entries[i]->d_name, "..")) continue;
    print_escaped(stdout, entries[i]->d_name);
    putchar('\n');
  }
}

static void print_xattrs(const char* path) {
  char names[4096], value[4096];
  ssize_t size = llistxattr(path, names, sizeof names);
  for (char* name = names; size > 0 && name < names + size; name += strlen(name) + 1) {
    ssize_t got = lgetxattr(path, name, value, sizeof value - 1);
    if (got < 0) continue;
    value[got] = 0;
    printf(" %s=", name);
    print_escaped(stdout, value);
  }
}

// Everything below a directory, a line each: path, then as stat, then xattrs and the checksum.
static void do_tree(char** w) {
  struct stat info;
  check(lstat(w[0], &info), w[0]);
  print_escaped(stdout, w[0]);
  putchar(' ');
  print_stat(w[0], &info);
  print_xattrs(w[0]);
  if (S_ISREG(info.st_mode)) printf(" sum=%016llx", (unsigned long long)checksum(w[0]));
  putchar('\n');
  if (!S_ISDIR(info.st_mode)) return;
  struct dirent** entries;
  int count = scandir(w[0], &entries, NULL, by_name);
  check(count, w[0]);
  for (int i = 0; i < count; ++i) {
    char* path;
    if (strcmp(entries[i]->d_name, ".") && strcmp(entries[i]->d_name, "..")) {
      if (asprintf(&path, "%s/%s", w[0], entries[i]->d_name) < 0) fail(w[0]);
      do_tree(&path);
      free(path);
    }
    free(entries[i]);
  }
  free(entries);
}

static void leave(int signal) {
  _exit(128 + signal);
}

// As process 1 it would not end otherwise, and whoever stops the container would wait for that.
static void do_sleep(char** w) {
  struct sigaction action = {.sa_handler = leave};
  sigaction(SIGTERM, &action, NULL);
  sigaction(SIGINT, &action, NULL);
  usleep((useconds_t)(strtod(w[0], NULL) * 1e6));
}

static const struct {
  const char* name;
  const char* usage;
  int least, most;
  void (*run)(char** words);  // words are unescaped; the one after the last is NULL
} kCommands[] = {
    {"write", "PATH TEXT", 2, 2, do_write},
    {"append", "PATH TEXT", 2, 2, do_append},
    {"fill", "PATH BYTES [SEED]", 2, 3, do_fill},
    {"holes", "PATH SIZE", 2, 2, do_holes},
    {"truncate", "PATH SIZE", 2, 2, do_truncate},
    {"link", "PATH NEW", 2, 2, do_link},
    {"symlink", "TARGET PATH", 2, 2, do_symlink},
    {"rename", "PATH NEW", 2, 2, do_rename},
    {"mkfifo", "PATH", 1, 1, do_mkfifo},
    {"socket", "PATH", 1, 1, do_socket},
    {"mkdir", "PATH", 1, 1, do_mkdir},
    {"chmod", "OCTAL PATH", 2, 2, do_chmod},
    {"chown", "UID GID PATH", 3, 3, do_chown},
    {"setxattr", "PATH NAME VALUE", 3, 3, do_setxattr},
    {"getxattr", "PATH NAME", 2, 2, do_getxattr},
    {"touch", "PATH NANOSECONDS-SINCE-1970", 2, 2, do_touch},
    {"rm", "PATH", 1, 1, do_rm},
    {"cat", "PATH", 1, 1, do_cat},
    {"stat", "PATH", 1, 1, do_stat},
    {"sum", "PATH", 1, 1, do_sum},
    {"ls", "PATH", 1, 1, do_ls},
    {"tree", "PATH", 1, 1, do_tree},
    {"sleep", "SECONDS", 1, 1, do_sleep},
};

int run_command(int count, char** words) {
  for (size_t i = 0; i < sizeof kCommands / sizeof *kCommands; ++i) {
    if (count < 1 || strcmp(words[0], kCommands[i].name)) continue;
    if (count - 1 < kCommands[i].least || count - 1 > kCommands[i].most) {
      fprintf(stderr, "usage: /files %s %s\n", kCommands[i].name, kCommands[i].usage);
      return 2;
    }
    char* unescaped[5] = {NULL};
    for (int word = 1; word < count; ++word) unescaped[word - 1] = unescape(words[word]);
    kCommands[i].run(unescaped);
    return 0;
  }
  fprintf(stderr, "usage: /files serve | batch (commands on stdin, a line each) | COMMAND\n");
  for (size_t i = 0; i < sizeof kCommands / sizeof *kCommands; ++i)
    fprintf(stderr, "  %s %s\n", kCommands[i].name, kCommands[i].usage);
  return 2;
}
