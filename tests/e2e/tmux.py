"""A program in a terminal: tmux shows what is on the screen and presses keys."""
import os
import re
import shutil
import subprocess
import time

from harness import Skip, clean_environment

LIMIT_SECONDS = 30


class Tmux:
    def __init__(self, *command, columns=100, rows=30):
        if not shutil.which("tmux"):
            raise Skip("tmux is not installed")
        self.socket = os.path.join(os.getcwd(), "tmux")
        self.command = [str(word) for word in command]
        self.size = [str(columns), str(rows)]

    def __enter__(self):
        self.tmux("-f", "/dev/null", "new-session", "-d", "-x", self.size[0], "-y", self.size[1], "env", "TERM=screen",
                  *self.command, ";", "set-option", "remain-on-exit", "on", ";", "set-option", "escape-time", "0")
        return self

    def __exit__(self, *_):
        self.tmux("kill-server", check=False)

    def tmux(self, *arguments, check=True):
        return subprocess.run(["tmux", "-S", self.socket, *arguments], check=check, capture_output=True, text=True,
                              timeout=LIMIT_SECONDS, env=clean_environment({"LC_ALL": "C.UTF-8"})).stdout

    def screen(self):
        return self.tmux("capture-pane", "-p")

    def send(self, *keys):
        self.tmux("send-keys", "--", *keys)

    def resize(self, columns, rows):
        self.tmux("resize-window", "-x", str(columns), "-y", str(rows))

    def is_over(self):
        return self.tmux("display-message", "-p", "#{pane_dead}").strip() == "1"

    def wait_for(self, *words, absent=(), line=""):
        """Until the screen has all the words, none of the absent ones, and a line like `line`; returns it."""
        deadline = time.monotonic() + LIMIT_SECONDS
        while True:
            screen = self.screen()
            if (all(word in screen for word in words) and not any(word in screen for word in absent)
                    and re.search(line, screen, re.M)):
                return screen
            assert time.monotonic() < deadline, f"never {words} {line} without {absent}:\n{screen}"
            time.sleep(0.05)
