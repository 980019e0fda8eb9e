import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from pymongo import MongoClient

from mapper.embedded import EmbeddedMongo, face, server
from mapper.embedded import binary as binaries
from mapper.errors import ConfigurationError, EmbeddedMongoError


NOT_RUNNING = "EmbeddedMongo is not running; call start() or use it in a with block"


def script(path, body):
    """Write a shell script that stands for a binary."""
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return str(path)


def lives(pid):
    """Tell whether a process is there and is no zombie."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return status.rpartition(")")[2].split()[0] not in "ZX"


def wait_for(condition, seconds=30):
    """Wait until the condition holds, and tell whether it does."""
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)
    return condition()


def group_of(pid):
    """List the live processes of a process group."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(ProcessLookupError):
            if os.getpgid(int(entry.name)) == pid and lives(entry.name):
                found.append(entry.name)
    return found


def temporary_directories():
    """List the directories that servers of this process keep their data in."""
    return set(Path(server.tempfile.gettempdir()).glob("mongo-dsl-*"))


@pytest.fixture
def own_tmp(tmp_path, monkeypatch):
    """Keep temporary directories apart from those of other servers."""
    monkeypatch.setattr(server.tempfile, "tempdir", str(tmp_path))
    return tmp_path


class TestRunning:
    def test_accepts_writes(self, embedded_mongo):
        """A started server takes writes at once, by its uri alone."""
        with MongoClient(embedded_mongo.uri) as client:
            collection = client.embedded_writes.numbers
            collection.insert_one({"_id": 1})

            assert collection.find_one() == {"_id": 1}

            client.drop_database("embedded_writes")

    def test_transactions(self, embedded_mongo):
        """A transaction that is aborted leaves nothing behind."""
        with MongoClient(embedded_mongo.uri) as client:
            numbers = client.embedded_transactions.create_collection("numbers")
            with client.start_session() as session:
                session.start_transaction()
                numbers.insert_one({"_id": 1}, session=session)
                session.abort_transaction()

            assert numbers.find_one() is None

            client.drop_database("embedded_transactions")

    def test_pid(self, embedded_mongo):
        """The process id is that of the mongod itself."""
        with MongoClient(embedded_mongo.uri) as client:
            assert client.admin.command("serverStatus")["pid"] == embedded_mongo.pid

    def test_loopback_only(self, embedded_mongo):
        """The server listens on the loopback address and nowhere else."""
        with MongoClient(embedded_mongo.uri) as client:
            options = client.admin.command("getCmdLineOpts")["parsed"]

        assert options["net"]["bindIp"] == "127.0.0.1"
        assert options["net"]["unixDomainSocket"] == {"enabled": False}

    def test_start_again(self, embedded_mongo):
        """Starting a running server changes nothing."""
        pid = embedded_mongo.pid

        assert embedded_mongo.start() is embedded_mongo
        assert embedded_mongo.pid == pid

    def test_several_threads(self, own_tmp):
        """Threads that start one server at the same time get one process."""
        mongo = EmbeddedMongo()
        threads = [threading.Thread(target=mongo.start) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert len(temporary_directories()) == 1

        mongo.stop()

    def test_settings(self, own_tmp):
        """The port and the name of the replica set are those that were given."""
        port = server.free_port()
        with EmbeddedMongo(port=port, replica_set="mine") as mongo:
            assert mongo.uri == f"mongodb://127.0.0.1:{port}/?replicaSet=mine"
            with MongoClient(mongo.uri) as client:
                assert client.admin.command("hello")["setName"] == "mine"

    async def test_in_thread(self, own_tmp):
        """An event loop goes on while a server is started in a thread."""
        mongo = await asyncio.to_thread(EmbeddedMongo().start)
        await asyncio.to_thread(mongo.stop)

        assert not mongo.running


class TestStopping:
    def test_nothing_is_left(self, own_tmp):
        """Neither processes nor files are left of a stopped server."""
        with EmbeddedMongo() as mongo:
            pid = mongo.pid
            assert len(group_of(pid)) == 2

        assert wait_for(lambda: not group_of(pid))
        assert not list(own_tmp.iterdir())

    def test_stop_again(self):
        """Stopping what isn't running is allowed."""
        mongo = EmbeddedMongo()
        mongo.stop()

        assert not mongo.running

    @pytest.mark.parametrize("name", ["uri", "pid"])
    def test_not_running(self, name):
        """A server that isn't running has neither uri nor process id."""
        with pytest.raises(EmbeddedMongoError) as caught:
            getattr(EmbeddedMongo(), name)

        assert str(caught.value) == NOT_RUNNING

    def test_died(self, own_tmp):
        """A server that died isn't running, and starts anew."""
        with EmbeddedMongo() as mongo:
            pid = mongo.pid
            os.kill(pid, signal.SIGKILL)

            assert wait_for(lambda: not mongo.running)
            assert mongo.start().pid != pid
            assert len(temporary_directories()) == 1

    def test_hangs(self, tmp_path, monkeypatch):
        """A server that doesn't stop when asked to is killed."""
        monkeypatch.setattr(server, "_STOP_TIMEOUT", 0.1)
        with EmbeddedMongo(path=tmp_path) as mongo:
            pid = mongo.pid
            os.kill(pid, signal.SIGSTOP)

        assert not lives(pid)

    def test_forked_child(self, own_tmp):
        """A forked child that exits leaves the server to its parent."""
        code = """if True:
            import os, sys
            from mapper.embedded import EmbeddedMongo
            mongo = EmbeddedMongo().start()
            child = os.fork()
            if not child:
                mongo.stop()
                assert mongo.start().pid
                sys.exit()
            os.waitpid(child, 0)
            print(mongo.running, mongo._set.servers[0].settings.directory.exists())
        """
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, check=True, text=True
        )

        assert done.stdout == "True True\n"

    def test_stop_while_a_forked_child_lives(self, own_tmp):
        """A forked child doesn't keep any of the server's processes alive."""
        code = """if True:
            import os, signal, time
            from mapper.embedded import EmbeddedMongo
            mongo = EmbeddedMongo().start()
            child = os.fork()
            if not child:
                time.sleep(60)
            pid = mongo.pid
            mongo.stop()
            deadline = time.monotonic() + 30
            try:
                while time.monotonic() < deadline:
                    os.killpg(pid, 0)
                    time.sleep(0.02)
            except ProcessLookupError:
                print("gone")
            os.kill(child, signal.SIGKILL)
        """
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, check=True, text=True
        )

        assert done.stdout == "gone\n"

    @pytest.mark.parametrize("end", ["pass", "sys.exit(1)", "1 / 0"])
    def test_exit(self, own_tmp, end):
        """The end of Python is the end of the server and its files."""
        pid = self.run(end)

        assert wait_for(lambda: not group_of(pid))
        assert not list(own_tmp.iterdir())

    @pytest.mark.parametrize("name", ["SIGKILL", "SIGTERM"])
    def test_killed(self, own_tmp, name):
        """The server stops even if Python is killed, and its files are removed."""
        pid = self.run(f"os.kill(os.getpid(), signal.{name})")

        assert wait_for(lambda: not group_of(pid))
        assert wait_for(lambda: not list(own_tmp.iterdir()))

    @staticmethod
    def run(end):
        """Start a server in another Python that ends in some way."""
        code = (
            "import os, signal, sys; from mapper.embedded import EmbeddedMongo;"
            f"print(EmbeddedMongo().start().pid, flush=True); {end}"
        )
        environment = os.environ | {"TMPDIR": server.tempfile.gettempdir()}
        done = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            check=False,
            env=environment,
        )
        return int(done.stdout)


class TestSeveralNodes:
    @pytest.fixture
    def primary(self, three):
        """Return a function that asks who is primary."""
        with MongoClient(three.uri, readPreference="primary") as client:
            yield lambda: client.admin.command("serverStatus")["pid"]

    def test_members(self, three):
        """All nodes are up: one accepts writes, the others follow it."""
        with MongoClient(three.uri) as client:
            members = client.admin.command("replSetGetStatus")["members"]
            settings = client.admin.command("replSetGetConfig")["config"]["settings"]

        assert sorted(member["stateStr"] for member in members) == [
            "PRIMARY",
            "SECONDARY",
            "SECONDARY",
        ]
        assert settings["electionTimeoutMillis"] == 1000
        assert len(set(three.pids)) == 3
        assert three.pid == three.pids[0]

    def test_majority(self, three):
        """What most nodes have to confirm is confirmed."""
        with MongoClient(three.uri, w="majority", wtimeoutMS=20_000) as client:
            assert client.several.numbers.insert_one({"_id": 1}).inserted_id == 1

    def test_step_down(self, three, primary):
        """Another node is primary as soon as the primary has stepped down."""
        former = primary()
        three.step_down()

        assert primary() != former
        assert former in three.pids

    def test_kill_primary(self, three, primary):
        """Another node takes over from a killed one, which can be revived."""
        former, others = primary(), three.pids
        three.kill_primary()

        assert primary() != former
        assert not lives(former)
        assert three.running
        with pytest.raises(EmbeddedMongoError) as caught:
            three.kill_primary()
        assert str(caught.value) == (
            "EmbeddedMongo has 2 of 3 nodes up, too few for another primary; "
            "start() revives nodes, nodes=3 makes three"
        )

        three.start()

        assert len(set(three.pids) & set(others)) == 2
        assert all(map(lives, three.pids))

    def test_one_node(self, embedded_mongo):
        """A single node has nobody to take over from it."""
        message = (
            "EmbeddedMongo has 1 of 1 nodes up, too few for another primary; "
            "start() revives nodes, nodes=3 makes three"
        )
        for method in (embedded_mongo.step_down, embedded_mongo.kill_primary):
            with pytest.raises(EmbeddedMongoError) as caught:
                method()
            assert str(caught.value) == message

    def test_nothing_is_left(self, own_tmp):
        """Neither processes nor files are left, though one node died before."""
        with EmbeddedMongo(nodes=3) as mongo:
            pids = mongo.pids
            os.kill(pids[1], signal.SIGKILL)
            assert len(temporary_directories()) == 3

        assert wait_for(lambda: not any(map(group_of, pids)))
        assert not list(own_tmp.iterdir())

    def test_data_are_kept(self, tmp_path):
        """Each node comes back with its data, on whatever ports."""
        mongo = EmbeddedMongo(path=tmp_path, nodes=3)
        with mongo, MongoClient(mongo.uri, w="majority") as client:
            client.kept.numbers.insert_one({"_id": 1})
        with mongo, MongoClient(mongo.uri) as client:
            assert client.kept.numbers.find_one() == {"_id": 1}
        assert sorted(path.name for path in tmp_path.iterdir()) == ["0", "1", "2"]

    def test_ports(self):
        """The servers listen at a given port and those that follow."""
        port = 27_400 + os.getpid() % 5_000
        with EmbeddedMongo(nodes=2, port=port) as mongo:
            assert mongo.uri == (
                f"mongodb://127.0.0.1:{port},127.0.0.1:{port + 1}/?replicaSet=rs0"
            )

    @pytest.mark.parametrize("nodes", [0, 8, 2.0, True, "3"])
    def test_impossible(self, nodes):
        """A set has one to seven nodes."""
        with pytest.raises(ConfigurationError) as caught:
            EmbeddedMongo(nodes=nodes)

        assert str(caught.value) == (
            f"EmbeddedMongo got nodes={nodes!r}; it takes a number from 1 to 7"
        )


class TestParameters:
    def test_given(self):
        """Server parameters are those that were given, of every type."""
        parameters = {
            "enableTestCommands": True,
            "cursorTimeoutMillis": 1234,
            "authenticationMechanisms": "SCRAM-SHA-256",
        }
        mongo = EmbeddedMongo(parameters=parameters)
        with mongo, MongoClient(mongo.uri) as client:
            found = client.admin.command("getParameter", "*")

        assert found["enableTestCommands"] is True
        assert found["cursorTimeoutMillis"] == 1234
        assert found["authenticationMechanisms"] == ["SCRAM-SHA-256"]

    def test_unknown(self, own_tmp):
        """What the server refuses is an error with its words."""
        with pytest.raises(EmbeddedMongoError) as caught:
            EmbeddedMongo(parameters={"nonsense": 1}).start()

        assert "stopped with code 1; its log ends with:" in str(caught.value)
        assert "nonsense" in str(caught.value)


class TestPath:
    def test_data_are_kept(self, tmp_path):
        """Data in a given path outlive the server, on whatever port it comes back."""
        mongo = EmbeddedMongo(path=tmp_path / "new")
        with mongo, MongoClient(mongo.uri) as client:
            first = mongo.uri
            client.kept.numbers.insert_one({"_id": 1})
        with mongo, MongoClient(mongo.uri) as client:
            assert mongo.uri != first
            assert client.kept.numbers.find_one() == {"_id": 1}

    def test_same_port(self, tmp_path):
        """A server comes back on the same path and port."""
        mongo = EmbeddedMongo(path=tmp_path, port=server.free_port())
        for _ in range(3):
            with mongo, MongoClient(mongo.uri) as client:
                client.kept.numbers.insert_one({})

    def test_other_replica_set(self, tmp_path):
        """Data of another replica set are refused."""
        with EmbeddedMongo(path=tmp_path, replica_set="a"):
            pass

        with pytest.raises(EmbeddedMongoError) as caught:
            EmbeddedMongo(path=tmp_path, replica_set="b").start()

        assert str(caught.value) == (
            f"path {str(tmp_path)!r} holds replica set 'a', not 'b'; "
            "give that name or another path"
        )

    def test_in_use(self, tmp_path):
        """Two servers can't share a path; the error quotes what mongod says."""
        with EmbeddedMongo(path=tmp_path) as mongo:
            with pytest.raises(EmbeddedMongoError) as caught:
                EmbeddedMongo(path=tmp_path).start()

            start, _, log = str(caught.value).partition("\n")
            binary = mongo._set.servers[0].settings.binary
            assert (
                start == f"mongod {binary!r} stopped with code 100; its log ends with:"
            )
            assert "DBPathInUse" in log
            assert mongo.running


class TestFailure:
    def test_bad_start(self, own_tmp):
        """A binary that fails is an error with its last words, and leaves no files."""
        (own_tmp / "bin").mkdir()
        binary = script(own_tmp / "bin" / "broken", "seq 9; exit 3")

        with pytest.raises(EmbeddedMongoError) as caught:
            EmbeddedMongo(mongod=binary).start()

        assert str(caught.value) == (
            f"mongod {binary!r} stopped with code 3; its log ends with:\n5\n6\n7\n8\n9"
        )
        assert not temporary_directories()

    def test_too_slow(self, own_tmp):
        """A server that needs too long is an error, and is stopped."""
        binary = script(own_tmp / "slow", "echo $$; exec sleep 60")

        with pytest.raises(EmbeddedMongoError) as caught:
            EmbeddedMongo(mongod=binary, startup_timeout=0.2).start()

        start, _, pid = str(caught.value).partition("\n")
        assert start == f"mongod {binary!r} is not ready in time; its log ends with:"
        assert not lives(pid)

    def test_no_answer(self, own_tmp, monkeypatch):
        """A server that doesn't answer is an error."""
        monkeypatch.setattr(face, "free_port", lambda: 9)
        binary = script(own_tmp / "mute", "echo Waiting for connections; exec sleep 60")

        with pytest.raises(EmbeddedMongoError) as caught:
            EmbeddedMongo(mongod=binary, startup_timeout=0.2).start()

        assert str(caught.value) == (
            f"replica set 'rs0' can't be managed: {caught.value.__cause__}"
        )

    def test_port_taken(self, own_tmp):
        """A given port that somebody else has is an error."""
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
            with pytest.raises(EmbeddedMongoError) as caught:
                EmbeddedMongo(port=port).start()

        assert str(caught.value) == (
            f"port {port} is taken; give another, or none for a free one"
        )

    def test_free_port_taken(self, own_tmp, monkeypatch):
        """A free port that somebody else takes in the meantime is given up for another."""
        free = server.free_port()
        with socket.create_server(("127.0.0.1", 0)) as listener:
            ports = iter([listener.getsockname()[1], free])
            monkeypatch.setattr(face, "free_port", lambda: next(ports))
            with EmbeddedMongo() as mongo:
                assert mongo.uri == f"mongodb://127.0.0.1:{free}/?replicaSet=rs0"


class TestBinary:
    @pytest.fixture(autouse=True)
    def places(self, tmp_path, monkeypatch):
        """Leave no place with a mongod but those that a test makes."""
        monkeypatch.delenv("MONGOD", raising=False)
        monkeypatch.setenv("PATH", str(tmp_path / "path"))
        monkeypatch.setattr(sys, "path", [str(tmp_path / "site")])
        monkeypatch.delitem(sys.modules, "fiftyone", raising=False)

    @pytest.fixture
    def on_path(self, tmp_path):
        """Put a mongod on PATH."""
        (tmp_path / "path").mkdir()
        return script(tmp_path / "path" / "mongod", "exit")

    @pytest.fixture
    def packaged(self, tmp_path):
        """Put a mongod without its run bit where the extra has it."""
        binary = tmp_path / "site" / "fiftyone" / "db" / "bin" / "mongod"
        binary.parent.mkdir(parents=True)
        binary.touch(0o644)
        (tmp_path / "site" / "fiftyone" / "db" / "__init__.py").write_text("1 / 0")
        return str(binary)

    def test_given(self, tmp_path, on_path, monkeypatch):
        """A given binary comes first."""
        monkeypatch.setenv("MONGOD", on_path)
        binary = tmp_path / "given"
        script(binary, "exit")

        assert binaries.find_binary(binary) == str(binary)

    def test_variable(self, tmp_path, on_path, monkeypatch):
        """$MONGOD comes before PATH."""
        binary = script(tmp_path / "variable", "exit")
        monkeypatch.setenv("MONGOD", binary)

        assert binaries.find_binary(None) == binary

    def test_path(self, on_path, packaged):
        """PATH comes before the extra."""
        assert binaries.find_binary(None) == on_path

    def test_packaged(self, packaged):
        """The extra's binary is made runnable, and its package isn't imported."""
        assert binaries.find_binary(None) == packaged
        assert os.access(packaged, os.X_OK)
        assert not [name for name in sys.modules if name.startswith("fiftyone")]

    def test_given_wrong(self, tmp_path, on_path):
        """A given binary that can't be run is an error, whatever else is there."""
        with pytest.raises(EmbeddedMongoError) as caught:
            EmbeddedMongo(mongod=tmp_path).start()

        assert str(caught.value) == (
            f"mongod {str(tmp_path)!r} can't be run; give the path of a binary"
        )

    def test_variable_wrong(self, on_path, monkeypatch):
        """A $MONGOD that can't be run is an error, whatever else is there."""
        monkeypatch.setenv("MONGOD", "/nowhere")

        with pytest.raises(EmbeddedMongoError) as caught:
            EmbeddedMongo().start()

        assert str(caught.value) == (
            "$MONGOD '/nowhere' can't be run; give the path of a binary"
        )

    def test_none(self, packaged):
        """Without any binary the error says where one may come from."""
        Path(packaged).unlink()

        with pytest.raises(EmbeddedMongoError) as caught:
            EmbeddedMongo().start()

        assert str(caught.value) == (
            "mongod is not named by $MONGOD, on PATH or in the extra 'embedded'; "
            "run pip install 'mongo-dsl[embedded]' or set MONGOD to its path"
        )
