// Facts about Python's names: modules of the standard library, and distributions whose modules are called otherwise.

/** Top-level modules that come with Python 3.8 to 3.14 (https://docs.python.org/3/py-modindex.html), old and new. */
export const pythonStandardModules: ReadonlySet<string> = new Set(
  `__future__ abc aifc annotationlib antigravity argparse array ast asynchat asyncio asyncore atexit audioop base64 bdb binascii
bisect builtins bz2 cProfile calendar cgi cgitb chunk cmath cmd code codecs codeop collections colorsys compileall compression
concurrent configparser contextlib contextvars copy copyreg crypt csv ctypes curses dataclasses datetime dbm decimal difflib dis
distutils doctest email encodings ensurepip enum errno faulthandler fcntl filecmp fileinput fnmatch fractions ftplib functools gc
genericpath getopt getpass gettext glob graphlib grp gzip hashlib heapq hmac html http idlelib imaplib imghdr imp importlib inspect
io ipaddress itertools json keyword lib2to3 linecache locale logging lzma mailbox mailcap marshal math mimetypes mmap modulefinder
msilib msvcrt multiprocessing netrc nis nntplib nt ntpath nturl2path numbers opcode operator optparse os ossaudiodev parser pathlib
pdb pickle pickletools pip pipes pkgutil platform plistlib poplib posix posixpath pprint profile pstats pty pwd py_compile pyclbr
pydoc pydoc_data pyexpat queue quopri random re readline reprlib resource rlcompleter runpy sched secrets select selectors shelve
shlex shutil signal site smtpd smtplib sndhdr socket socketserver spwd sqlite3 sre_compile sre_constants sre_parse ssl stat
statistics string stringprep struct subprocess sunau symbol symtable sys sysconfig syslog tabnanny tarfile telnetlib tempfile termios
textwrap this threading time timeit tkinter token tokenize tomllib trace traceback tracemalloc tty turtle turtledemo types typing
unicodedata unittest urllib uu uuid venv warnings wave weakref webbrowser winreg winsound wsgiref xdrlib xml xmlrpc zipapp zipfile
zipimport zlib zoneinfo`.split(/\s+/),
);

/** Module to the distributions that bring it, where the names differ by more than dashes and case. */
export const pythonDistributions: Readonly<Record<string, readonly string[]>> = {
  yaml: ['pyyaml', 'ruamel-yaml'],
  cv2: ['opencv-python', 'opencv-python-headless', 'opencv-contrib-python', 'opencv-contrib-python-headless'],
  sklearn: ['scikit-learn'],
  skimage: ['scikit-image'],
  PIL: ['pillow', 'pillow-simd'],
  bs4: ['beautifulsoup4'],
  dateutil: ['python-dateutil'],
  dotenv: ['python-dotenv'],
  jose: ['python-jose'],
  jwt: ['pyjwt'],
  magic: ['python-magic'],
  docx: ['python-docx'],
  pptx: ['python-pptx'],
  multipart: ['python-multipart'],
  slugify: ['python-slugify'],
  socketio: ['python-socketio'],
  telegram: ['python-telegram-bot'],
  gitlab: ['python-gitlab'],
  ldap: ['python-ldap'],
  git: ['gitpython'],
  github: ['pygithub'],
  Crypto: ['pycryptodome', 'pycrypto'],
  Cryptodome: ['pycryptodomex'],
  OpenSSL: ['pyopenssl'],
  MySQLdb: ['mysqlclient'],
  mysql: ['mysql-connector-python', 'mysql-connector'],
  psycopg2: ['psycopg2', 'psycopg2-binary'],
  psycopg: ['psycopg', 'psycopg-binary'],
  bson: ['pymongo'],
  gridfs: ['pymongo'],
  serial: ['pyserial'],
  usb: ['pyusb'],
  zmq: ['pyzmq'],
  attr: ['attrs'],
  attrs: ['attrs'],
  pkg_resources: ['setuptools'],
  setuptools: ['setuptools'],
  _pytest: ['pytest'],
  py: ['py', 'pytest'],
  google: ['google', 'protobuf', 'google-api-core', 'google-auth', 'google-genai', 'google-generativeai'],
  grpc: ['grpcio'],
  grpc_status: ['grpcio-status'],
  fitz: ['pymupdf'],
  wx: ['wxpython'],
  gi: ['pygobject'],
  win32api: ['pywin32'],
  win32con: ['pywin32'],
  pythoncom: ['pywin32'],
  faiss: ['faiss-cpu', 'faiss-gpu'],
  tensorflow: ['tensorflow', 'tensorflow-cpu', 'tensorflow-gpu', 'tf-nightly'],
  keras: ['keras', 'tensorflow'],
  torch: ['torch'],
  sentence_transformers: ['sentence-transformers'],
  umap: ['umap-learn'],
  igraph: ['python-igraph', 'igraph'],
  rest_framework: ['djangorestframework'],
  corsheaders: ['django-cors-headers'],
  debug_toolbar: ['django-debug-toolbar'],
  environ: ['django-environ'],
  django_filters: ['django-filter'],
  markdown: ['markdown'],
  jinja2: ['jinja2'],
  werkzeug: ['werkzeug', 'flask'],
  flask_sqlalchemy: ['flask-sqlalchemy'],
  ruamel: ['ruamel-yaml'],
  lxml: ['lxml'],
  levenshtein: ['python-levenshtein', 'levenshtein'],
  Levenshtein: ['python-levenshtein', 'levenshtein'],
  Xlib: ['python-xlib'],
  nacl: ['pynacl'],
  apt: ['python-apt'],
  kafka: ['kafka-python', 'kafka-python-ng'],
  confluent_kafka: ['confluent-kafka'],
  websocket: ['websocket-client'],
  IPython: ['ipython'],
  tomli: ['tomli'],
  toml: ['toml'],
  typing_extensions: ['typing-extensions'],
  mpl_toolkits: ['matplotlib'],
  pylab: ['matplotlib'],
  starlette: ['starlette', 'fastapi'],
  botocore: ['botocore', 'boto3'],
  markupsafe: ['markupsafe', 'jinja2'],
};

/** Distributions that are used by being installed: servers, drivers, plugins and tools that no file imports. */
export const pythonUsedWithoutImport =
  /^(?:gunicorn|uvicorn|uwsgi|waitress|hypercorn|daphne|psycopg2?(?:-binary)?|mysqlclient|whitenoise|setuptools|wheel|pip|tox|nox|pre-commit|black|ruff|mypy|pyright|flake8.*|pylint.*|isort|bandit|coverage|twine|build|hatchling|hatch.*|poetry.*|ipykernel|ipython|jupyter.*|notebook|pytest.*|sphinx.*|mkdocs.*|types-.*|.*-stubs|python-multipart|email-validator|tzdata|httptools|uvloop|aiosqlite|asyncpg|greenlet|colorama|certifi|openpyxl|xlrd|pyarrow|tabulate|h5py)$/;
