// @ts-check
import btcpay from "btcpay-greenfield-node-client";
import * as at from "../order.mjs";

export const library = "btcpay-greenfield-node-client";

const { InvoicesService, OpenAPI, PullPaymentsManagementService, WebhooksService } = btcpay;
const storeId = "9CiNzKoANXxmk5ayZngSXrHTiVvvgCrwrpFQd4m2K776";
const id = "EWk7cGVvsRZ4BLm2NaS2pd";
const invoice = {
  id, storeId, status: "New", additionalStatus: "None", amount: "49.99", currency: "EUR", createdTime: at.createdAt,
  metadata: { orderId: at.session }, checkoutLink: `https://btcpay.example/server/i/${id}`,
};
const pull = {
  id: "Xc7Vb3Nm1Qw9Er5Ty2Ui", name: `Refund ${id}`, description: at.refund, amount: "15.00", currency: "EUR",
  archived: false, startsAt: 1795541000,
};
const old = "the library is older than this address of the API";

/** @param {import("../capture.mjs").Calls} calls */
export async function calls({ call, without }) {
  OpenAPI.BASE = "https://btcpay.example/server";
  OpenAPI.TOKEN = "9a2f4c6e8b0d1357";
  await call("create", [[], invoice], async () => {
    await InvoicesService.invoicesGetInvoices({ storeId });
    await InvoicesService.invoicesCreateInvoice({
      storeId,
      requestBody: {
        amount: "49.99",
        currency: "EUR",
        metadata: { orderId: at.session, shopOrderId: at.order, itemDesc: at.description, buyerEmail: at.email },
        checkout: {
          expirationMinutes: 45,
          paymentTolerance: 0,
          redirectURL: at.returnUrl,
          redirectAutomatically: true,
          defaultLanguage: "de-AT",
        },
      },
    });
  });
  await call("fetch", [{ ...invoice, status: "Settled" }, [pull]], async () => {
    await InvoicesService.invoicesGetInvoice({ storeId, invoiceId: id });
    await PullPaymentsManagementService.pullPaymentsGetPullPayments({ storeId, includeArchived: true });
  });
  without("fetch", old, []);
  await call("refund", [[]], () =>
    PullPaymentsManagementService.pullPaymentsGetPullPayments({ storeId, includeArchived: true }),
  );
  without("refund", old, pull);
  await call("endpoint", [[]], () => WebhooksService.webhokksGetWebhooks({ storeId }));
}
