/**
 * {@link org.decentralizedai.billing.contract.ComputePool}: calls and events of the contract in {@code contracts/ComputePool.sol}. The
 * build generates it (see {@code pom.xml}); what its functions do is said in the contract and in {@code docs/contract.md}.
 */
package org.decentralizedai.billing.contract;
