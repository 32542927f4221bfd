// Drives an orchestrator's gRPC service with grpc-js: orchestrator.mjs HOST:PORT PROTO COMMAND [TOKEN-AS-JSON]
// Prints one JSON object: { code, message } of a refusal, or { answer }. bytes are base64, 64-bit integers decimal text.
import grpc from '@grpc/grpc-js';
import loader from '@grpc/proto-loader';

const [target, proto, command, argument] = process.argv.slice(2);
const definition = loader.loadSync(proto, { keepCase: true, longs: String, enums: String, bytes: String, defaults: true });
const service = grpc.loadPackageDefinition(definition).net.Orchestrator;

// The network's certificates are self-signed and nobody verifies them.
const credentials = grpc.credentials.createSsl(null, null, null, { rejectUnauthorized: false, checkServerIdentity: () => undefined });
const client = new service(target, credentials);

const calls = {
  terms: () => ['GetOrchestrator', { address: Buffer.alloc(20), capabilities: { bitstring: ['67112963'], constraints: {} } }],
  ping: () => ['Ping', { value: Buffer.from(argument, 'base64') }],
  end: () => ['EndTranscodingSession', argument ? { auth_token: JSON.parse(argument) } : {}],
};
const [method, request] = calls[command]();
if (request.auth_token) {
  request.auth_token.token = Buffer.from(request.auth_token.token, 'base64');
}

client[method](request, { deadline: Date.now() + 30_000 }, (error, answer) => {
  console.log(JSON.stringify(error ? { code: error.code, message: error.details } : { answer }));
  client.close();
});
