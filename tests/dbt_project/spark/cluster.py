"""A Spark cluster on loopback: a master, a worker, and the Thrift server that dbt speaks to.

PyPI's pyspark carries the servers, and `make parity` installs it into an environment of its own: it brings no client
that dbt would need. Each server has a process group of its own, because the worker starts Java as a child, and none
outlives the process that started it, however that ends.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

ENVIRONMENT = Path(__file__).parents[3] / ".venv-spark"
LONGEST_START_SECONDS = 120
LONGEST_END_SECONDS = 30
UNTIL_ITS_INPUT_ENDS = 'trap : TERM; "$@" & cat >&2; kill 0; wait'
"""A shell that runs a command until its own input ends, which the system sees to when whoever writes it dies."""
CORES = int(os.environ.get("PARITY_CORES", "2"))
"""Of the one worker: PARITY_CORES leaves a machine to others."""
# Hundreds of small statements: what Java's second compiler would make faster is over before it has compiled it. The first
# alone gets little room for its code by default, and clears it out without end.
JAVA = "-XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=256m"

SETTINGS = {
    # An application that asks for more cores than there are waits forever.
    "spark.cores.max": CORES,
    "spark.executor.memory": "1500m",
    "spark.driver.memory": "1500m",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.extraJavaOptions": JAVA,
    "spark.executor.extraJavaOptions": JAVA,
    "spark.ui.enabled": "false",
    "spark.sql.shuffle.partitions": CORES,
    # To plan anew after each stage costs more than these stages.
    "spark.sql.adaptive.enabled": "false",
    # A table by day has hundreds of folders on this disk: a task for each would only list it.
    "spark.sql.sources.parallelPartitionDiscovery.threshold": 10_000,
    "spark.sql.session.timeZone": "UTC",
    # Instants are UTC and without a zone in every file, as in DuckDB.
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
}


def is_installed() -> bool:
    return any(_homes())


def home() -> Path:
    """Where Spark's programs are."""
    (home,) = _homes()
    return home


def _homes() -> Iterator[Path]:
    return ENVIRONMENT.glob("lib/python3*/site-packages/pyspark")


@contextmanager
def running(folder: Path) -> Iterator[int]:
    """A cluster that keeps what it makes in ``folder``; yields the port of its Thrift server on 127.0.0.1."""
    master, web, worker_web, thrift = free_ports(4)
    address = f"spark://127.0.0.1:{master}"
    spark_class, submit = (os.fspath(home() / "bin" / program) for program in ("spark-class", "spark-submit"))
    deploy = "org.apache.spark.deploy"
    to_master = ["--host", "127.0.0.1", "--port", str(master), "--webui-port", str(web)]
    to_worker = ["--host", "127.0.0.1", "--cores", str(CORES), "--memory", "2g", "--webui-port", str(worker_web)]
    with ExitStack() as servers:
        servers.enter_context(server([spark_class, f"{deploy}.master.Master", *to_master], folder, "master"))
        _wait_for(master, folder / "master.log")
        worker = [spark_class, f"{deploy}.worker.Worker", *to_worker, address]
        servers.enter_context(server(worker, folder, "worker"))
        servers.enter_context(server([submit, *_thrift_server(address, thrift, folder)], folder, "thrift"))
        _wait_for(thrift, folder / "thrift.log")
        yield thrift


def free_ports(count: int) -> list[int]:
    with ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


def _thrift_server(master: str, port: int, folder: Path) -> list[str]:
    settings = SETTINGS | {
        "spark.sql.warehouse.dir": folder / "warehouse",
        "spark.hadoop.javax.jdo.option.ConnectionURL": f"jdbc:derby:;databaseName={folder / 'metastore'};create=true",
    }
    conf = [word for name, value in settings.items() for word in ("--conf", f"{name}={value}")]
    hive = {"hive.server2.thrift.port": port, "hive.server2.thrift.bind.host": "127.0.0.1"}
    hiveconf = [word for name, value in hive.items() for word in ("--hiveconf", f"{name}={value}")]
    server = "org.apache.spark.sql.hive.thriftserver.HiveThriftServer2"
    return ["--master", master, "--class", server, *conf, "spark-internal", *hiveconf]


@contextmanager
def server(command: Sequence[str], folder: Path, name: str) -> Iterator[None]:
    """A process that says in ``folder`` what it does, and ends with the block or with this process."""
    environment = os.environ | {
        "SPARK_HOME": os.fspath(home()),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_LOCAL_DIRS": os.fspath(folder / "scratch"),
        "SPARK_WORKER_DIR": os.fspath(folder / "worker"),
    }
    guarded = ["sh", "-c", UNTIL_ITS_INPUT_ENDS, name, *command]
    with (folder / f"{name}.log").open("wb") as log:
        process = subprocess.Popen(
            guarded, stdin=subprocess.PIPE, stdout=log, stderr=log, env=environment, cwd=folder, start_new_session=True
        )
    try:
        yield
    finally:
        try:
            process.communicate(timeout=LONGEST_END_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _wait_for(port: int, log: Path) -> None:
    ends = time.monotonic() + LONGEST_START_SECONDS
    while time.monotonic() < ends:
        with socket.socket() as client:
            if client.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.3)
    raise TimeoutError(
        f"Spark's {log.stem} did not start:\n{log.read_text(encoding='utf-8', errors='replace')[-2000:]}"
    )
