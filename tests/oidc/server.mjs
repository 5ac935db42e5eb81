// A standard OAuth 2.0 server on the loopback interface. Its user signs in and consents at once.
import Provider from "oidc-provider";

const [port, redirectUri] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;

function client(method) {
    return {
        client_id: `tool:${method}`,
        client_secret: "a secret: 100% & more+",
        client_name: method,
        application_type: "native",
        grant_types: ["authorization_code", "refresh_token"],
        redirect_uris: [redirectUri],
        response_types: ["code"],
        token_endpoint_auth_method: method,
    };
}

const provider = new Provider(issuer, {
    clients: [client("client_secret_basic"), client("client_secret_post")],
    cookies: { keys: ["a key for tests"] },
    features: { devInteractions: { enabled: false } },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
    routes: { authorization: "/connect/authorize", token: "/connect/token" },
    rotateRefreshToken: true,
    ttl: { AccessToken: 300, Grant: 3600, Interaction: 600, RefreshToken: 3600, Session: 600 },
});

provider.use(async (context, next) => {
    if (!context.path.startsWith("/interaction/")) return next();
    const { params, prompt, session, grantId } = await provider.interactionDetails(context.req, context.res);
    let result;
    if (prompt.name === "login") {
        result = { login: { accountId: "ada" } };
    } else {
        const grant = (grantId && (await provider.Grant.find(grantId))) ||
            new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
        grant.addOIDCScope(params.scope);
        result = { consent: { grantId: await grant.save() } };
    }
    await provider.interactionFinished(context.req, context.res, result, { mergeWithLastSubmission: true });
    context.respond = false;
});

provider.listen(Number(port), "127.0.0.1");
