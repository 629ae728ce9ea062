# The service in a container. Each RUN line is a make target, which runs without one just as well.
# The same Python and Debian as the tests run on.
FROM python:3.11-bookworm AS build
WORKDIR /build
COPY . .
RUN make image-install PREFIX=/opt/toiawase
RUN make image-check PREFIX=/opt/toiawase
RUN make image-folders FOLDERS=/folders

# The small base has no compilers and no make: only what serves.
FROM python:3.11-slim-bookworm
COPY --from=build /opt/toiawase /opt/toiawase
COPY --from=build --chown=10001:10001 /folders /srv/toiawase
# The user has a number only, so a name stands here: it is written down who publishes.
ENV PATH=/opt/toiawase/bin:$PATH \
    HOME=/tmp \
    LOGNAME=toiawase \
    TOIAWASE_MODE=production \
    TOIAWASE_STATE_FOLDER=/srv/toiawase/state \
    TOIAWASE_FAQ_FOLDER=/srv/toiawase/city/faq
WORKDIR /srv/toiawase
USER 10001:10001
EXPOSE 8000
# The first start publishes, which takes minutes where there are many entries.
HEALTHCHECK --interval=10s --timeout=5s --start-period=300s --retries=3 \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/readyz', timeout=4)"]
ENTRYPOINT ["toiawase"]
CMD ["serve", "--host", "0.0.0.0"]
