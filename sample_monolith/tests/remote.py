"""A WSGI application that passes every request on to a shop that runs elsewhere."""

from http.client import HTTPConnection, HTTPSConnection
from urllib.parse import urlsplit

from werkzeug.wrappers import Request, Response

CONNECTIONS = {"http": HTTPConnection, "https": HTTPSConnection}
HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "date", "server"}


class RemoteShop:
    def __init__(self, base_url):
        self.target = urlsplit(base_url)

    def __call__(self, environ, start_response):
        return self.forward(Request(environ))(environ, start_response)

    def forward(self, request):
        headers = {name: value for name, value in request.headers if name.lower() not in HOP_BY_HOP}
        path = request.environ["RAW_URI"].partition("?")[0]
        query = request.environ["QUERY_STRING"]
        connection = CONNECTIONS[self.target.scheme](self.target.netloc, timeout=30)
        try:
            connection.request(
                request.method, f"{path}?{query}" if query else path, request.get_data(), headers
            )
            answer = connection.getresponse()
            kept = [pair for pair in answer.getheaders() if pair[0].lower() not in HOP_BY_HOP]
            return Response(answer.read(), answer.status, kept)
        finally:
            connection.close()
