# Built from the system's folder: docker build -f gateway/Dockerfile .
ARG BASE_IMAGE=python:3.12.11-slim-bookworm

FROM ${BASE_IMAGE} AS build
ARG UV_VERSION=0.13.9
ARG PIP_INDEX_URL
ARG UV_DEFAULT_INDEX
ENV UV_LINK_MODE=copy UV_NO_CACHE=1 UV_PYTHON_DOWNLOADS=never UV_COMPILE_BYTECODE=1
SHELL ["/bin/sh", "-euc"]
RUN python3 -m venv /uv && /uv/bin/pip install --quiet --no-cache-dir "uv==${UV_VERSION}"
WORKDIR /build
COPY gateway/requirements.* gateway/
WORKDIR /build/gateway
# What deploy/lock.sh chose is taken; without, it is chosen now.
RUN test -f requirements.lock \
    || /uv/bin/uv pip compile --quiet --generate-hashes --output-file requirements.lock \
       requirements.txt; \
    /uv/bin/uv venv --quiet --python "$(command -v python3)" /venv; \
    /uv/bin/uv pip install --quiet --python /venv/bin/python --require-hashes -r requirements.lock

FROM ${BASE_IMAGE}
ENV PATH=/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    HOST=0.0.0.0 \
    PORT=8000 \
    INTERNAL_HOST=0.0.0.0 \
    INTERNAL_PORT=9000
WORKDIR /app
COPY --from=build /venv /venv
COPY gateway/ /app/
# Where comparisons with the monolith are kept; compose mounts it where there are any.
RUN install -d -o 10001 -g 10001 -m 0700 /shadow && python -m compileall -q /app
USER 10001:10001
EXPOSE 8000 9000
STOPSIGNAL SIGTERM
# A check starts a process, so it starts a small one: no site, no HTTP library.
HEALTHCHECK --interval=10s --timeout=10s --start-period=120s --retries=3 \
    CMD ["python", "-ISc", "import socket as s; c = s.create_connection(('127.0.0.1', 9000), 9); c.sendall(b'GET /healthz HTTP/1.0\\r\\n\\r\\n'); raise SystemExit(b' 200 ' not in c.recv(64))"]
CMD ["python", "-m", "gunicorn", "--config", "gunicorn.conf.py", "--worker-tmp-dir", "/dev/shm", "gateway:create_app()"]
