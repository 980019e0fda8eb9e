from pymongo import MongoClient


def test_one_server(embedded_mongo, mongo_uri):
    """The uri is that of the session's server."""
    assert mongo_uri == embedded_mongo.uri


def test_fixtures(pytester):
    """Tests share a server, have a database each, and nothing of it stays."""
    pytester.makeconftest("""
        import pytest
        from pymongo import MongoClient

        pytest_plugins = ["mapper.pytest_plugin"]

        @pytest.fixture(scope="session", autouse=True)
        def nothing_stays(mongo_uri):
            yield
            with MongoClient(mongo_uri) as client:
                names = set(client.list_database_names())
                assert names <= {"admin", "config", "local"}
    """)
    pytester.makepyfile("""
        import pytest
        from pymongo import MongoClient

        seen = set()

        @pytest.mark.parametrize("number", [1, 2])
        def test_database(mongo_uri, mongo_database_name, number):
            assert (mongo_uri, mongo_database_name) not in seen
            seen.add((mongo_uri, mongo_database_name))
            with MongoClient(mongo_uri) as client:
                collection = client[mongo_database_name].numbers
                assert collection.find_one() is None
                collection.insert_one({})

        def test_one_server():
            assert len({uri for uri, _ in seen}) == 1
    """)

    pytester.runpytest_subprocess().assert_outcomes(passed=3)


def test_lazy(pytester):
    """Tests that ask for nothing start no server."""
    pytester.makeconftest('pytest_plugins = ["mapper.pytest_plugin"]')
    pytester.makepyfile("def test_nothing(): pass")

    result = pytester.runpytest_subprocess("--setup-show")

    result.assert_outcomes(passed=1)
    result.stdout.no_fnmatch_line("*mongo*")


def test_fresh_database(mongo_uri, mongo_database_name):
    """The database is the test's own and doesn't exist before it is used."""
    with MongoClient(mongo_uri) as client:
        assert mongo_database_name not in client.list_database_names()
